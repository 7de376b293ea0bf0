from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from service.settings import Sampler, Settings
from tests.pages import quoted, table
from tests.service import fakes

TRAEFIK_IDLE_SECONDS = 90


@pytest.fixture
def variables(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    values = fakes.environment(settings)
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    return values


@pytest.mark.usefixtures("variables")
def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MODEL_VERSION", "3.2.1")
    monkeypatch.setenv("DRAIN_SECONDS", "12.5")
    settings = Settings()  # pyright: ignore[reportCallIssue] its fields come from the environment
    assert (settings.model_version, settings.drain_seconds) == ("3.2.1", 12.5)


@pytest.mark.usefixtures("variables")
@pytest.mark.parametrize("name", ["MODEL_NAME", "MODEL_VERSION", "MODEL_MANIFEST", "MODEL_STORE", "RELEASE"])
def test_what_must_be_said_has_no_default(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(name)
    with pytest.raises(ValidationError, match=name.lower()):
        Settings()  # pyright: ignore[reportCallIssue] its fields come from the environment


@pytest.mark.usefixtures("variables")
def test_an_empty_variable_is_a_missing_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RELEASE", "")
    with pytest.raises(ValidationError, match="release"):
        Settings()  # pyright: ignore[reportCallIssue] its fields come from the environment


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("model_version", "v1.2"),
        ("model_version", "latest"),
        ("model_manifest", "sha256:12"),
        ("model_name", "../other"),
        ("batch_limit", 0),
        ("request_seconds", "inf"),
        ("queue_seconds", "nan"),
        ("synthetic_token", "short"),
        ("listen_port", 70000),
        ("otel_exporter_otlp_endpoint", "collector:4318"),
        ("otel_exporter_otlp_endpoint", "http://user:secret@collector:4318"),
        ("otel_exporter_otlp_endpoint", "http://collector:4318?key=secret"),
        ("otel_exporter_otlp_traces_endpoint", "grpc://collector:4317"),
        ("otel_exporter_otlp_protocol", "grpc"),
        ("otel_exporter_otlp_traces_protocol", "grpc"),
        ("otel_traces_exporter", "zipkin"),
        ("otel_traces_sampler", "jaeger_remote"),
        ("otel_traces_sampler_arg", 1.1),
        ("otel_traces_sampler_arg", -0.1),
        ("otel_bsp_max_queue_size", 0),
    ],
)
def test_a_value_that_cannot_work_is_refused(name: str, value: Any, tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match=name):
        fakes.settings(tmp_path, **{name: value})


def test_connections_are_kept_longer_than_the_gateway_keeps_them(settings: Settings) -> None:
    assert settings.keep_alive_seconds > TRAEFIK_IDLE_SECONDS


def test_settings_do_not_change(settings: Settings) -> None:
    with pytest.raises(ValidationError, match="frozen"):
        settings.release = "8"


@pytest.mark.parametrize(
    ("changes", "names"),
    [
        ({"request_seconds": 60, "finish_seconds": 1}, ["FINISH_SECONDS=1", "REQUEST_SECONDS=60"]),
        ({"request_seconds": 0.5, "queue_seconds": 0.5}, ["QUEUE_SECONDS=0.5", "REQUEST_SECONDS=0.5"]),
        ({"listen_port": 8001, "monitoring_port": 8001}, ["MONITORING_PORT=8001", "LISTEN_PORT"]),
        (
            {"otel_bsp_max_queue_size": 4, "otel_bsp_max_export_batch_size": 5},
            ["OTEL_BSP_MAX_EXPORT_BATCH_SIZE=5", "OTEL_BSP_MAX_QUEUE_SIZE=4"],
        ),
    ],
)
def test_settings_that_contradict_each_other_are_refused_by_name(
    changes: dict[str, Any], names: list[str], tmp_path: Path
) -> None:
    with pytest.raises(ValidationError) as caught:
        fakes.settings(tmp_path, **changes)
    assert all(name in str(caught.value) for name in names)


@pytest.mark.parametrize(
    ("given", "endpoint"),
    [
        ({}, None),
        ({"otel_exporter_otlp_endpoint": "http://collector:4318"}, "http://collector:4318/v1/traces"),
        ({"otel_exporter_otlp_endpoint": "https://collector/otlp/"}, "https://collector/otlp/v1/traces"),
        ({"otel_exporter_otlp_traces_endpoint": "http://other:1/here"}, "http://other:1/here"),
        (
            {
                "otel_exporter_otlp_endpoint": "http://collector:4318",
                "otel_exporter_otlp_traces_endpoint": "http://other:1/here",
            },
            "http://other:1/here",
        ),
        ({"otel_exporter_otlp_endpoint": "http://collector:4318", "otel_sdk_disabled": "true"}, None),
        ({"otel_exporter_otlp_endpoint": "http://collector:4318", "otel_traces_exporter": "none"}, None),
    ],
)
def test_traces_go_where_the_standard_says(given: dict[str, Any], endpoint: str | None, tmp_path: Path) -> None:
    assert fakes.settings(tmp_path, **given).traces_endpoint == endpoint


def test_the_page_about_traces_has_their_settings_with_their_defaults() -> None:
    told = {quoted(row["variable"])[0]: quoted(row["default"]) for row in table("logs-and-traces.md", "### Settings")}
    fields = {name.upper(): field.default for name, field in Settings.model_fields.items() if name.startswith("otel_")}
    assert told == {name: [] if default is None else [str(default)] for name, default in fields.items()}
    page = next(row for row in table("logs-and-traces.md", "### Settings") if "SAMPLER`" in row["variable"])
    assert {*quoted(page["default"]), *quoted(page["what"])} == set(Sampler)


def test_the_token_is_shown_nowhere(tmp_path: Path) -> None:
    settings = fakes.settings(tmp_path, synthetic_token="0123456789abcdef")  # noqa: S106 nobody's
    assert "0123456789abcdef" not in repr(settings)
