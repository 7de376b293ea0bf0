import re

from infra.serving.routes import CANARY_HEADER
from tests.infra import stacks
from tests.infra.changes import MODEL, put
from tests.infra.values import Object

NAME = "maintenance-predictor"


def route(suffix: str) -> Object:
    (rule,) = stacks.serving().one("IngressRoute", f"{NAME}-{suffix}")["spec"]["routes"]
    return rule


def prefixes(match: str) -> list[str]:
    return re.findall(r"PathPrefix\(`([^`]*)`\)", match)


def test_everyone_is_led_to_the_split() -> None:
    assert route("route")["services"] == [{"kind": "TraefikService", "name": NAME}]
    assert f"{NAME}-split" in stacks.serving().resource("IngressRoute", f"{NAME}-route").dependencies


def test_a_path_that_only_begins_alike_is_not_ours() -> None:
    assert route("route")["match"] == "(Path(`/maintenance-predictor`) || PathPrefix(`/maintenance-predictor/`))"


def test_those_who_ask_for_the_canary_get_it_and_nobody_else() -> None:
    header, value = CANARY_HEADER
    assert f"Header(`{header}`, `{value}`)" in route("canary-route")["match"]
    assert route("canary-route")["services"] == [{"kind": "Service", "name": f"{NAME}-canary", "port": 80}]


def test_the_canary_route_repeats_every_path_so_that_it_outranks_the_other() -> None:
    assert prefixes(route("canary-route")["match"]) == prefixes(route("route")["match"])
    assert len(route("canary-route")["match"]) > len(route("route")["match"])


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
    routes = [one.inputs["spec"]["routes"][0]["match"] for one in stacks.serving_with(config).of("IngressRoute")]
    assert [match.startswith("Host(`models.example.com`) && (Path(") for match in routes] == [True, True]
    assert "Host" not in route("route")["match"]
