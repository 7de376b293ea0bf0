import pytest

from policies.rules.kubernetes.require_image_digest import require_image_digest as rule
from tests.policies.judging import Change, deployment, drop, put, violations


def test_the_compliant_pod_is_accepted() -> None:
    assert violations(rule, deployment()) == []


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (put("containers", 0, "image", value="app:1.0"), "container 'server' uses 'app:1.0', which has no digest"),
        (put("containers", 0, "image", value="app@sha256:abc"), "uses 'app@sha256:abc', which has no digest"),
        (put("containers", 0, "image", value=f"app@sha256:{'a' * 64}:latest"), "which has no digest"),
        (drop("containers", 0, "image"), "uses None, which has no digest"),
        (put("initContainers", value=[{"name": "init", "image": "busybox"}]), "container 'init' uses 'busybox'"),
    ],
)
def test_one_thing_wrong_is_named(change: Change, message: str) -> None:
    (said,) = violations(rule, deployment(change))
    assert message in said


def test_every_container_is_named() -> None:
    both = deployment(put("containers", value=[{"name": "a", "image": "a"}, {"name": "b", "image": "b:latest"}]))
    assert len(violations(rule, both)) == 2
