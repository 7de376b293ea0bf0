import pytest
from pydantic import ValidationError

from infra.shared.quantities import Quantity, Quota, Resources, needed
from tests.infra.values import Object


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("1000m", "1"),
        ("150m", "150m"),
        ("0.5", "500m"),
        ("2", "2"),
        ("4000", "4k"),
        ("2048Mi", "2Gi"),
        ("1600Mi", "1600Mi"),
        ("0.5Gi", "512Mi"),
        ("128M", "128M"),
        ("5000k", "5M"),
        ("3000M", "3G"),
        ("2048Ki", "2Mi"),
        ("1024Gi", "1Ti"),
        ("0", "0"),
        (2, "2"),
    ],
)
def test_a_quantity_is_written_as_the_api_server_writes_it(written: object, canonical: str) -> None:
    assert str(Quantity.parse(written)) == canonical


@pytest.mark.parametrize("wrong", ["", "lots", "-1", "1Xi", "1 Gi", "1e3", None])
def test_what_is_no_quantity_is_refused_with_an_example(wrong: object) -> None:
    with pytest.raises(ValueError, match="is no quantity, like '150m'"):
        Quantity.parse(wrong)


def test_quantities_multiply_and_add_exactly() -> None:
    assert str(Quantity.parse("150m") * 12 + Quantity.parse("100m")) == "1900m"
    assert str(Quantity.parse("1200Mi") * 12) == "14400Mi"


def test_quantities_compare_across_units() -> None:
    assert Quantity.parse("1600Mi") < Quantity.parse("2Gi")
    assert Quantity.parse("1") > Quantity.parse("999m")


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


def test_a_namespace_has_to_hold_every_workload_as_often_as_it_has_pods() -> None:
    resources = Resources.model_validate(declared())
    assert needed([(resources, 12), (resources, 2)]).hard() == {
        "pods": "14",
        "requests.cpu": "2100m",
        "requests.memory": "16800Mi",
        "requests.ephemeral-storage": "3584Mi",
        "limits.cpu": "14",
        "limits.memory": "22400Mi",
        "limits.ephemeral-storage": "14Gi",
    }


def test_two_containers_of_a_pod_need_what_both_need() -> None:
    one = Resources.model_validate(declared())
    assert needed([(one.plus(one), 3)]).lacks(needed([(one, 6)])) == ["pods 6 of 3"]
    assert needed([(one, 6)]).lacks(needed([(one.plus(one), 3)])) == []


def test_a_quota_tells_what_it_lacks_and_of_how_much() -> None:
    resources = Resources.model_validate(declared())
    given = needed([(resources, 12)])
    assert given.lacks(given) == []
    assert given.lacks(needed([(resources, 13)]))[:2] == ["pods 13 of 12", "requests.cpu 1950m of 1800m"]


def test_a_quota_is_read_as_it_was_written() -> None:
    quota = needed([(Resources.model_validate(declared()), 3)])
    assert Quota.model_validate(quota.model_dump(mode="json", by_alias=True)) == quota
