import pytest

from infra.serving.monitoring.watch import groups
from infra.shared import rules
from tests.infra import stacks
from tests.infra.changes import MODEL, put, second_model
from tests.infra.serving.monitoring import served

KINDS = ("PodMonitor", "PrometheusRule")


@pytest.mark.parametrize("kind", KINDS)
def test_it_carries_the_labels_by_which_the_platforms_prometheus_chooses(kind: str) -> None:
    labels = stacks.serving().one(kind)["metadata"]["labels"]
    assert stacks.MONITORING["labels"].items() <= labels.items()
    assert labels["app.kubernetes.io/name"] == "maintenance-predictor"


def test_the_rules_reach_the_cluster_as_they_were_tested() -> None:
    tested = rules.spec(groups("maintenance-predictor", "serving", served.MODEL))
    assert stacks.serving().one("PrometheusRule")["spec"] == tested


def test_every_model_has_its_own() -> None:
    config = stacks.serving_configuration("local")
    second_model("/pump")(config)
    for kind in KINDS:
        names = {one.inputs["metadata"]["name"] for one in stacks.serving_with(config).of(kind)}
        assert names == {"maintenance-predictor", "pump"}


def test_a_release_changes_neither() -> None:
    config = stacks.serving_configuration("local")
    put(*MODEL, "version", value="1.1.0")(config)
    for kind in KINDS:
        assert stacks.serving_with(config).one(kind) == stacks.serving().one(kind)


def test_no_group_is_named_twice() -> None:
    # Prometheus knows them by the file that they are in, and their name.
    names = [one.name for one in groups("pump", "serving", served.MODEL)]
    assert len(names) == len(set(names))
