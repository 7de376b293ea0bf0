import re

import pytest

from infra.serving.routes import KEY_HEADER, VERSION_HEADER
from tests.infra import stacks
from tests.infra.changes import MODEL, put
from tests.infra.recording import Recording
from tests.infra.values import Object

NAME = "maintenance-predictor"
KEY = "a-key-that-nobody-guesses"


def pinned() -> Recording:
    return stacks.serving_with(stacks.serving_configuration("local") | {"slipway-pins:maintenance_predictor": KEY})


def route(suffix: str, recording: Recording | None = None) -> Object:
    (rule,) = (recording or stacks.serving()).one("IngressRoute", f"{NAME}-{suffix}")["spec"]["routes"]
    return rule


def prefixes(match: str) -> list[str]:
    return re.findall(r"PathPrefix\(`([^`]*)`\)", match)


def test_everyone_is_led_to_the_split() -> None:
    assert route("route")["services"] == [{"kind": "TraefikService", "name": NAME}]
    assert f"TraefikService {NAME}-split" in stacks.serving().resource("IngressRoute", f"{NAME}-route").dependencies


def test_a_path_that_only_begins_alike_is_not_ours() -> None:
    assert route("route")["match"] == "(Path(`/maintenance-predictor`) || PathPrefix(`/maintenance-predictor/`))"


def test_without_a_key_there_is_no_way_to_choose_a_version() -> None:
    assert [one.name for one in stacks.serving().of("IngressRoute")] == [f"{NAME}-route"]
    assert "Header" not in str(stacks.serving().of("IngressRoute"))


@pytest.mark.parametrize("version", ["stable", "canary"])
def test_those_who_have_the_key_get_the_version_that_they_name(version: str) -> None:
    match = route(f"{version}-route", pinned())["match"]
    assert match.endswith(f" && Header(`{VERSION_HEADER}`, `{version}`) && Header(`{KEY_HEADER}`, `{KEY}`)")
    assert route(f"{version}-route", pinned())["services"] == [
        {"kind": "Service", "name": f"{NAME}-{version}", "port": 80}
    ]


def test_a_pinned_route_repeats_every_path_so_that_it_outranks_the_other() -> None:
    everyone, chosen = (route(suffix, pinned())["match"] for suffix in ("route", "canary-route"))
    assert prefixes(chosen) == prefixes(everyone)
    assert chosen.startswith(everyone)


def test_no_pod_gets_to_know_the_key() -> None:
    assert pinned().one("Middleware", f"{NAME}-key")["spec"] == {"headers": {"customRequestHeaders": {KEY_HEADER: ""}}}
    assert {"name": f"{NAME}-key"} in route("canary-route", pinned())["middlewares"]
    assert {"name": f"{NAME}-key"} in route("stable-route", pinned())["middlewares"]


def test_pods_see_paths_without_the_route() -> None:
    strip = stacks.serving().one("Middleware", f"{NAME}-strip")
    assert strip["spec"] == {"stripPrefix": {"prefixes": ["/maintenance-predictor"]}}
    names = {one["name"] for one in route("route")["middlewares"]}
    assert names == {one.inputs["metadata"]["name"] for one in stacks.serving().of("Middleware")}


def test_a_pod_that_can_not_be_reached_costs_another_attempt_and_no_request() -> None:
    assert stacks.serving().one("Middleware", f"{NAME}-retry")["spec"]["retry"]["attempts"] == 3


def test_a_model_of_one_host_answers_there_alone() -> None:
    config = stacks.serving_configuration("local")
    put(*MODEL, "host", value="models.example.com")(config)
    config["slipway-pins:maintenance_predictor"] = KEY
    routes = [one.inputs["spec"]["routes"][0]["match"] for one in stacks.serving_with(config).of("IngressRoute")]
    assert [match.startswith("Host(`models.example.com`) && (Path(") for match in routes] == [True] * 3
    assert "Host" not in route("route")["match"]
