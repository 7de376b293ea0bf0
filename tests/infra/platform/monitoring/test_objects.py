import pytest

from tests.infra import stacks
from tests.infra.platform.monitoring import told
from tests.infra.values import Object

KINDS = ("Alertmanager", "Prometheus")


def spec(kind: str) -> Object:
    return stacks.platform().one(kind)["spec"]


@pytest.mark.parametrize("kind", KINDS)
def test_an_update_waits_until_the_operator_has_the_pods_ready(kind: str) -> None:
    declared = stacks.platform().resource(kind)
    assert declared.inputs["metadata"]["annotations"]["pulumi.com/waitFor"] == "condition=Available"
    assert "Deployment prometheus-operator" in declared.dependencies


@pytest.mark.parametrize("kind", KINDS)
def test_the_operator_knows_the_version_of_the_image(kind: str) -> None:
    assert f":{spec(kind)['version']}@" in spec(kind)["image"]


@pytest.mark.parametrize("kind", KINDS)
def test_without_a_storage_class_data_are_on_a_bounded_part_of_the_nodes_disk(kind: str) -> None:
    assert set(spec(kind)["storage"]) == {"emptyDir"}
    assert spec(kind)["storage"]["emptyDir"]["sizeLimit"]


@pytest.mark.parametrize("kind", KINDS)
def test_with_a_storage_class_they_outlive_the_pods(kind: str) -> None:
    claim = told.platform(storageClass="gp3").one(kind)["spec"]["storage"]["volumeClaimTemplate"]["spec"]
    assert claim["storageClassName"] == "gp3"
    assert claim["resources"]["requests"]["storage"]


@pytest.mark.parametrize("kind", KINDS)
def test_several_pods_have_a_disruption_budget_that_selects_them(kind: str) -> None:
    platform = told.platform(replicas=2)
    labels: Object = platform.one(kind)["spec"]["podMetadata"]["labels"]
    budget = platform.one("PodDisruptionBudget", f"{kind.lower()}-disruption")["spec"]
    assert platform.one(kind)["spec"]["replicas"] == 2
    assert budget["maxUnavailable"] == 1
    assert budget["selector"]["matchLabels"].items() <= labels.items()
    # The operator sets it whatever is said here, so it has to be the same.
    assert labels["app.kubernetes.io/name"] == kind.lower()
