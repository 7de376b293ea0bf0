"""What a stack says of traces, as its pods and their networks have it."""

import pulumi
import pytest
import yaml

from tests.infra import stacks
from tests.infra.changes import MODEL, Change, put, second_model
from tests.infra.recording import Recording
from tests.infra.values import Object
from tests.pages import GUIDES

COLLECTOR: Object = {
    "endpoint": "http://collector.monitoring:4318",
    "ratio": 0.01,
    "addresses": [{"cidr": "10.244.0.0/24", "port": 4318}, {"cidr": "10.0.0.7/32", "port": 443}],
}
TRACED = put("slipway:tracing", value=COLLECTOR)


def serving(*changes: Change) -> Recording:
    config = stacks.serving_configuration("local")
    for change in changes:
        change(config)
    return stacks.serving_with(config)


def variables(recording: Recording, name: str = "maintenance-predictor") -> dict[str, str]:
    pod = recording.one("Deployment", name)["spec"]["template"]["spec"]
    return {one["name"]: one["value"] for one in pod["containers"][0]["env"] if one["name"].startswith("OTEL_")}


def reached(recording: Recording, name: str = "maintenance-predictor") -> list[tuple[str, int]]:
    egress = recording.one("NetworkPolicy", f"{name}-traffic")["spec"]["egress"]
    return [(peer["ipBlock"]["cidr"], port["port"]) for rule in egress for peer in rule["to"] for port in rule["ports"]]


def test_without_a_word_nothing_is_traced() -> None:
    for stack in stacks.STACKS:
        assert variables(stacks.serving(stack)) == {}
    assert len(reached(stacks.serving())) == 1


def test_pods_are_told_where_traces_go_and_how_many() -> None:
    assert variables(serving(TRACED)) == {
        "OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector.monitoring:4318",
        "OTEL_RESOURCE_ATTRIBUTES": "k8s.namespace.name=serving",
        "OTEL_TRACES_SAMPLER": "parentbased_traceidratio",
        "OTEL_TRACES_SAMPLER_ARG": "0.01",
    }


def test_the_collectors_addresses_are_reached_beside_the_store_and_no_others() -> None:
    assert reached(serving(TRACED)) == [*reached(stacks.serving()), ("10.244.0.0/24", 4318), ("10.0.0.7/32", 443)]


def test_a_model_may_have_a_collector_of_its_own() -> None:
    own = COLLECTOR | {"endpoint": "https://other/otlp", "ratio": 1, "addresses": [{"cidr": "10.9.0.0/16", "port": 1}]}
    both = serving(second_model("/pump"), TRACED, put(*MODEL, "tracing", value=own))
    assert variables(both)["OTEL_EXPORTER_OTLP_ENDPOINT"] == "https://other/otlp"
    assert variables(both, "pump")["OTEL_EXPORTER_OTLP_ENDPOINT"] == COLLECTOR["endpoint"]
    assert reached(both)[1:] == [("10.9.0.0/16", 1)]
    assert ("10.9.0.0/16", 1) not in reached(both, "pump")
    alone = serving(second_model("/pump"), put(*MODEL, "tracing", value=own))
    assert variables(alone, "pump") == {}
    assert len(reached(alone, "pump")) == 1


def test_to_be_traced_is_a_release_and_not_to_be_is_the_one_before() -> None:
    def release(*changes: Change) -> str:
        return serving(*changes).outputs["models"]["maintenance_predictor"]["release"]

    assert release() == stacks.serving().outputs["models"]["maintenance_predictor"]["release"]
    assert release(TRACED) != release()
    elsewhere = put("slipway:tracing", value=COLLECTOR | {"addresses": COLLECTOR["addresses"][:1]})
    assert release(elsewhere) == release(TRACED), "addresses don't reach the pods"


@pytest.mark.parametrize(
    ("mistake", "line"),
    [
        ({"endpoint": "collector:4318"}, r"endpoint: 'collector:4318' is no collector's URL, like 'http://"),
        ({"endpoint": "grpc://collector:4317"}, "endpoint: 'grpc://collector:4317' is no collector's URL"),
        ({"endpoint": "http://"}, "endpoint: 'http://' is no collector's URL"),
        ({"endpoint": "http://me:secret@collector:4318"}, "is no collector's URL"),
        ({"endpoint": "http://collector:4318?token=secret"}, "is no collector's URL"),
        ({"endpoint": "http://collector:4318/a b"}, "is no collector's URL"),
        ({"endpoint": "http://collector:port"}, "is no collector's URL"),
        ({"ratio": 1.01}, "ratio = 1.01: input should be less than or equal to 1"),
        ({"ratio": -1}, "ratio = -1: input should be greater than or equal to 0"),
        ({"ratio": "all"}, "ratio = 'all': input should be a valid number"),
        ({"addresses": []}, r"addresses = \[\]: .*at least 1 item"),
        ({"addresses": [{"cidr": "collector", "port": 1}]}, "addresses.0.cidr: 'collector' is no network"),
        ({"addresses": [{"cidr": "10.0.0.1/32", "port": 0}]}, "addresses.0.port = 0: "),
        ({"sampler": "always_on"}, "sampler is unknown: remove it, or did you mean one of addresses, endpoint, ratio"),
    ],
)
@pytest.mark.parametrize("place", [("slipway:tracing",), (*MODEL, "tracing")], ids=["stack", "model"])
def test_a_mistake_is_told_with_its_place(place: tuple[str, ...], mistake: Object, line: str) -> None:
    key = "slipway:tracing" if len(place) == 1 else "slipway:models.maintenance_predictor.tracing"
    with pytest.raises(pulumi.RunError, match=line) as caught:
        serving(put(*place, value=COLLECTOR | mistake))
    assert f"{key}." in str(caught.value)


def test_what_the_page_shows_is_accepted() -> None:
    _, _, below = (GUIDES / "logs-and-traces.md").read_text().partition("\n## Traces\n")
    shown = yaml.safe_load("".join(line for line in below.splitlines(keepends=True) if line.startswith("    ")))
    assert shown == {"slipway:tracing": COLLECTOR | {"addresses": COLLECTOR["addresses"][:1]}}
    assert variables(serving(*(put(key, value=value) for key, value in shown.items()))) == variables(serving(TRACED))


@pytest.mark.parametrize("key", COLLECTOR)
def test_nothing_of_it_may_be_left_out(key: str) -> None:
    with pytest.raises(pulumi.RunError, match=f"slipway:tracing.{key} is missing: "):
        serving(put("slipway:tracing", value={name: value for name, value in COLLECTOR.items() if name != key}))
