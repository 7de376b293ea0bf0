"""What infra declares is what the service reads, listens to and answers."""

import re
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from infra.serving import model_server
from service.app import create_app
from service.heartbeat import Heartbeat
from service.lifecycle import Lifecycle
from service.monitoring import create_monitoring
from service.settings import Settings
from service.verify import blame
from service.verify.wanted import Wanted
from tests.infra import stacks
from tests.infra.changes import MODEL, put
from tests.infra.values import Object
from tests.service import fakes

# What the store's client reads itself (service/settings.py says so).
CLIENT = {"AWS_ENDPOINT_URL", "AWS_ALLOW_HTTP", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"}
# What OpenTelemetry does.
EXPORTER = {"OTEL_RESOURCE_ATTRIBUTES"}


def container(kind: str = "Deployment", stack: str = "local") -> Object:
    return stacks.serving(stack).one(kind)["spec"]["template"]["spec"]["containers"][0]


def environment(kind: str = "Deployment") -> dict[str, str]:
    return {one["name"]: str(one.get("value", "known in the pod only")) for one in container(kind)["env"]}


def paths(app: Any) -> set[str]:
    return {getattr(route, "path", "") for route in app.routes}


@pytest.fixture
def settings(monkeypatch: pytest.MonkeyPatch) -> Settings:
    for name, value in environment().items():
        monkeypatch.setenv(name, value)
    return Settings()  # pyright: ignore[reportCallIssue] - it reads the environment


def fields() -> set[str]:
    return {name.upper() for name in Settings.model_fields}


def test_every_variable_of_a_pod_is_one_that_something_in_it_reads() -> None:
    assert set(environment()) - CLIENT <= fields()


@pytest.mark.parametrize("stack", stacks.STACKS)
def test_every_variable_that_the_service_requires_is_set(stack: str) -> None:
    required = {name.upper() for name, field in Settings.model_fields.items() if field.is_required()}
    assert required <= {one["name"] for one in container(stack=stack)["env"]}


def test_the_service_accepts_the_environment_of_its_pod(settings: Settings) -> None:
    assert settings.model_name == "maintenance_predictor"
    assert settings.model_manifest == stacks.DIGEST
    assert settings.model_cache == Path(model_server.CACHE)


@pytest.mark.parametrize(
    ("endpoint", "asked"),
    [
        ("http://collector.monitoring:4318", "http://collector.monitoring:4318/v1/traces"),
        ("https://collector/", "https://collector/v1/traces"),
        ("https://10.0.0.7:8443/a/b-c", "https://10.0.0.7:8443/a/b-c/v1/traces"),
        ("http://[fd00::1]:4318", "http://[fd00::1]:4318/v1/traces"),
    ],
)
def test_the_service_traces_where_its_stack_says(endpoint: str, asked: str, monkeypatch: pytest.MonkeyPatch) -> None:
    config = stacks.serving_configuration("local")
    collector = {"endpoint": endpoint, "ratio": 0.001, "addresses": [{"cidr": "10.0.0.7/32", "port": 4318}]}
    put("slipway:tracing", value=collector)(config)
    pod = stacks.serving_with(config).one("Deployment")["spec"]["template"]["spec"]["containers"][0]
    given = {one["name"]: str(one.get("value", "known in the pod only")) for one in pod["env"]}
    assert given.keys() - CLIENT - EXPORTER <= fields()
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    settings = Settings()  # pyright: ignore[reportCallIssue] - it reads the environment
    assert settings.traces_endpoint == asked
    assert (settings.otel_traces_sampler, settings.otel_traces_sampler_arg) == ("parentbased_traceidratio", 0.001)


def test_the_service_would_refuse_a_wrong_one(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (environment() | {"MODEL_VERSION": "latest"}).items():
        monkeypatch.setenv(name, value)
    with pytest.raises(ValidationError, match="is not a model version"):
        Settings()  # pyright: ignore[reportCallIssue] - it reads the environment


def test_the_model_cache_is_a_volume() -> None:
    mounts = {mount["mountPath"] for mount in container()["volumeMounts"]}
    assert environment()["MODEL_CACHE"] in mounts


def ports() -> dict[str, int]:
    return {port["name"]: port["containerPort"] for port in container()["ports"]}


def test_the_service_listens_where_the_pod_says(settings: Settings) -> None:
    assert ports() == {"http": settings.listen_port, "monitoring": settings.monitoring_port}


def test_the_image_says_where_it_listens() -> None:
    (exposed,) = re.findall(r"^EXPOSE (.+)$", (stacks.CHECKOUT / "Dockerfile").read_text(), re.MULTILINE)
    assert [int(port) for port in exposed.split()] == list(ports().values())


def test_verification_asks_what_the_service_answers(settings: Settings) -> None:
    metrics = fakes.metrics()
    app = create_app(settings, Lifecycle(), Heartbeat(), fakes.load_fake, metrics)
    assert "/version" in paths(app.others)


def test_the_probes_ask_what_monitoring_answers() -> None:
    answered = paths(create_monitoring(Lifecycle(), Heartbeat(), fakes.metrics()))
    asked = {container()[f"{probe}Probe"]["httpGet"]["path"] for probe in ("startup", "readiness", "liveness")}
    assert asked <= answered
    assert {"/readyz", "/metrics"} <= answered


def test_the_service_keeps_connections_longer_than_the_gateway(settings: Settings) -> None:
    traefik = " ".join(
        stacks.platform().one("Deployment", "traefik")["spec"]["template"]["spec"]["containers"][0]["args"]
    )
    assert "idleConnTimeout" not in traefik  # so it is Traefik's default, 90 s
    assert settings.keep_alive_seconds > 90


def test_verification_accepts_the_environment_of_its_job() -> None:
    wanted = Wanted.from_environment(environment("Job"))
    assert wanted.rollout == stacks.serving().one("Rollout")["metadata"]["name"]
    assert wanted.gateway_url.endswith("/maintenance-predictor")
    assert wanted.timeout > 0


def test_verification_asks_for_a_model_by_its_host() -> None:
    assert Wanted.from_environment(environment("Job")).gateway_host == ""
    config = stacks.serving_configuration("local")
    put(*MODEL, "host", value="models.example.com")(config)
    job = stacks.serving_with(config).one("Job")["spec"]["template"]["spec"]["containers"][0]
    wanted = Wanted.from_environment({one["name"]: one["value"] for one in job["env"]})
    assert wanted.gateway_host == "models.example.com"


def test_verification_knows_by_its_name_the_port_that_probes_ask() -> None:
    asked = [container()[probe]["httpGet"]["port"] for probe in ("startupProbe", "livenessProbe", "readinessProbe")]
    assert asked == [blame.PORT] * 3
    assert blame.PORT in ports()


def test_the_image_runs_as_the_user_that_pods_run_as() -> None:
    dockerfile = (stacks.CHECKOUT / "Dockerfile").read_text()
    assert f"USER {model_server.USER}:{model_server.USER}" in dockerfile
    assert "ARG BASE=" in dockerfile
    assert 'ENTRYPOINT ["/opt/venv/bin/python", "-m", "service"]' in dockerfile


def test_the_job_starts_a_module_that_is_in_the_image() -> None:
    python, flag, module = container("Job")["command"]
    assert (python, flag) == ("python", "-m")
    assert (stacks.CHECKOUT / module.replace(".", "/") / "__main__.py").exists()
    assert "COPY service " in (stacks.CHECKOUT / "Dockerfile").read_text()
