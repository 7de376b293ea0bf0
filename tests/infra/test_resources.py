import pytest
from pydantic import ValidationError

from infra.resources import Resources, quota
from tests.infra.values import Object


def declared(**limits: str) -> Object:
    return {
        "requests": {"cpu": "150m", "memory": "1200Mi", "ephemeralStorage": "256Mi"},
        "limits": {"cpu": "1", "memory": "1600Mi", "ephemeralStorage": "1Gi", **limits},
    }


def test_requirements_have_kubernetes_names() -> None:
    assert Resources.model_validate(declared()).requirements() == {
        "requests": {"cpu": "150m", "memory": "1200Mi", "ephemeral-storage": "256Mi"},
        "limits": {"cpu": "1", "memory": "1600Mi", "ephemeral-storage": "1Gi"},
    }


def test_a_limit_below_its_request_is_refused() -> None:
    with pytest.raises(ValidationError, match="the memory limit 1Gi is below the request 1200Mi: raise the limit"):
        Resources.model_validate(declared(memory="1Gi"))


def test_a_quota_holds_every_workload_as_often_as_it_has_pods() -> None:
    resources = Resources.model_validate(declared())
    assert quota([(resources, 12), (resources, 2)]) == {
        "pods": "14",
        "requests.cpu": "2100m",
        "requests.memory": "16800Mi",
        "requests.ephemeral-storage": "3584Mi",
        "limits.cpu": "14",
        "limits.memory": "22400Mi",
        "limits.ephemeral-storage": "14Gi",
    }
