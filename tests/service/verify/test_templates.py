"""Which release is behind a template's hash."""

from pathlib import Path

import pytest

from modelstore.history import Served
from service.verify.templates import has_stable_beside, hashes, templates
from tests.service.verify.fake_api import Fake
from tests.service.verify.objects import REPLICA_SETS, Object, replica_set, rollout


def test_each_template_is_a_release_of_a_version(fake: Fake, tmp_path: Path) -> None:
    fake.at(REPLICA_SETS, {"items": [replica_set("old", "6e", "1.0.0"), replica_set("new", "7f", "1.1.0")]})
    assert templates(fake.api(tmp_path), "serving", rollout()) == {
        "old": Served(release="6e", version="1.0.0"),
        "new": Served(release="7f", version="1.1.0"),
    }
    assert fake.asked[0][0] == f"{REPLICA_SETS}?labelSelector=app.kubernetes.io/name=maintenance-predictor"


def test_a_template_that_is_not_of_ours_has_no_release(fake: Fake, tmp_path: Path) -> None:
    bare = replica_set("old", "6e", "1.0.0")
    bare["spec"]["template"]["metadata"] = {"labels": {"rollouts-pod-template-hash": "old"}}
    other: Object = {"spec": {"template": {"metadata": {}}}}
    fake.at(REPLICA_SETS, {"items": [bare, other]})
    assert templates(fake.api(tmp_path), "serving", rollout()) == {"old": Served(release=None, version=None)}


@pytest.mark.parametrize(
    ("given", "beside"),
    [
        (rollout("Progressing"), True),
        (rollout("Healthy"), False),
        (rollout("Progressing", stableRS=""), False),
        ({"spec": {}}, False),
    ],
)
def test_a_first_release_has_no_stable_one_beside_it(given: Object, beside: bool) -> None:
    assert has_stable_beside(given) is beside


def test_what_is_tried_and_what_serves_are_told_apart() -> None:
    assert hashes(rollout("Progressing")) == ("new", "old")
    assert hashes(rollout("Progressing", stableRS="")) == ("new", None)
