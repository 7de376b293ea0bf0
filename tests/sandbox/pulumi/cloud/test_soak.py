"""The platform on AWS under faults, losses and changes behind its back, without a cluster: `make soak`.

The figures land in docs/figures/cloud.json.
"""

import random
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any, Final

import pytest

from sandbox.errors import EngineError
from tests import leaks
from tests.figures import recorded
from tests.sandbox.pulumi.cloud.changes import CHANGES, FOLLOW
from tests.sandbox.pulumi.cloud.platform import CONFIG, HOOK, NAME, RETENTION, OnAws

pytestmark = [pytest.mark.soak, pytest.mark.engine, pytest.mark.usefixtures("no_preview"), pytest.mark.timeout(3600)]

SEED: Final = 20261129
ROUNDS: Final = 10
CLEAN: Final = 10
DAYS: Final = (30, 60, 90)
"""What AWS takes for days that logs are kept; the stack says the first of them."""
GROUP: Final = f"/aws/eks/{CONFIG.cluster.name}/cluster"
LOST: Final = ("CreateRole", "CreateLogGroup", "CreateRepository", "CreateAccessEntry", "CreateBudget")
"""What AWS knows by name: where it has no name, an answer that is lost leaves a twin, here as there."""
OTHERS: Final = (
    *("CreateVpc", "CreateSubnet", "CreateCluster", "CreateBucket", "CreateKey", "CreateNatGateway", "PutRolePolicy"),
    *("CreateRoute", "CreatePolicy", "PutMetricAlarm", "CreateAddon", "CreatePodIdentityAssociation", "CreateTopic"),
)


FIGURES: Final = ("clean runs", "changed behind its back", "two at once", "drills (s)", "faults", "told")


@pytest.fixture(scope="module")
def figures(request: pytest.FixtureRequest) -> Iterator[dict[str, Any]]:
    with recorded(request.session, "cloud", SEED, FIGURES) as found:
        yield found


def test_clean_runs_find_nothing(platform: OnAws, everything: Counter[str], figures: dict[str, Any]) -> None:
    resources = platform.stack.export()["resources"]
    of_aws = [one for one in resources if one["type"].startswith("aws:")]
    alarms = 0
    for _ in range(CLEAN):
        alarms += len(platform.stack.refresh()) + len(platform.stack.preview())
    figures["clean runs"] = {"resources of AWS": len(of_aws), "runs": CLEAN, "false alarms": alarms}
    assert alarms == 0
    assert platform.there() == everything


def test_changes_behind_its_back_are_found_by_their_kind_and_repaired(
    platform: OnAws, everything: Counter[str], figures: dict[str, Any]
) -> None:
    for change in CHANGES.values():
        change(platform.account)
    found = {change.type.rpartition(":")[2] for change in platform.stack.refresh()} - {"Stack"}
    assert found - FOLLOW == set(CHANGES)
    platform.stack.up()
    platform.settled()
    assert platform.there() == everything
    figures["changed behind its back"] = {"changes": len(CHANGES), "found and repaired": len(found - FOLLOW)}


def test_of_two_updates_at_once_one_wins(platform: OnAws, everything: Counter[str], figures: dict[str, Any]) -> None:
    chance = random.Random(SEED)  # noqa: S311 (a seed, so that a failure can be repeated)
    other = platform.folder / "other.yaml"
    for number in range(ROUNDS):
        mine, theirs = (DAYS[(number + one) % len(DAYS)] for one in (1, 2))
        platform.say({RETENTION: mine})
        platform.say({RETENTION: theirs}, other)
        first = platform.start("up")
        time.sleep(chance.uniform(0.5, 5.0))
        second = platform.start("up", other)
        ended = {mine: first.wait(), theirs: second.wait()}
        assert sorted(map(bool, ended.values())) == [False, True], ended
        (winner,) = [days for days, code in ended.items() if code == 0]
        (group,) = platform.account.client("logs").describe_log_groups(logGroupNamePrefix=GROUP)["logGroups"]
        assert group["retentionInDays"] == winner
        platform.whole()
        platform.tidied()
    platform.say({RETENTION: DAYS[0]})
    platform.stack.up()
    platform.settled()
    assert platform.there() == everything
    figures["two at once"] = {"rounds": ROUNDS, "that exactly one won": ROUNDS}


def test_state_that_was_lost_comes_back(platform: OnAws, everything: Counter[str], figures: dict[str, Any]) -> None:
    """As docs/guides/aws.md tells."""
    s3, of = platform.account.client("s3"), {"Bucket": platform.place.bucket, "Key": platform.state}
    s3.delete_object(**of)
    with pytest.raises(EngineError):
        platform.stack.export()
    begun = time.monotonic()
    markers = s3.list_object_versions(Bucket=of["Bucket"], Prefix=of["Key"])["DeleteMarkers"]
    (marker,) = [one for one in markers if one["IsLatest"] and one["Key"] == of["Key"]]
    s3.delete_object(**of, VersionId=marker["VersionId"])
    platform.settled()
    figures.setdefault("drills (s)", {})["state lost"] = round(time.monotonic() - begun)
    assert platform.there() == everything


def test_a_cluster_that_was_lost_is_made_anew(
    platform: OnAws, everything: Counter[str], figures: dict[str, Any]
) -> None:
    """Of what is in it the files go; what a cluster says that isn't there is tried in tests/cloud."""
    platform.account.client("eks").delete_cluster(name=CONFIG.cluster.name)
    for file in platform.objects.iterdir():
        file.unlink()
    begun = time.monotonic()
    platform.stack.refresh()
    platform.stack.up()
    figures.setdefault("drills (s)", {})["cluster lost, what AWS has of it"] = round(time.monotonic() - begun)
    platform.settled()
    assert platform.there() == everything


def test_an_update_that_meets_every_fault_converges(
    platform: OnAws, nothing: Counter[str], everything: Counter[str], figures: dict[str, Any]
) -> None:
    chance = random.Random(SEED)  # noqa: S311
    assert everything
    platform.stack.destroy()
    assert platform.there() == nothing
    denied, expired, refused, slow, throttled = chance.sample(OTHERS, 5)
    rules: list[dict[str, Any]] = [
        {"kind": "denied", "operation": denied},
        {"kind": "expired", "operation": expired},
        {"kind": "refused", "operation": refused, "code": "ServiceUnavailable", "status": 400},
        {"kind": "slow", "operation": slow, "seconds": 5},
        {"kind": "throttled", "operation": throttled, "times": 3},
        {"kind": "lost", "operation": chance.choice(LOST)},
    ]
    platform.fail(*rules)
    failures = 0
    while not _came_up(platform):
        failures += 1
        assert failures <= len(rules)
    met = platform.met()
    platform.fail()
    assert met == [rule.get("times", 1) for rule in rules]
    platform.settled()
    assert platform.there() == everything
    platform.told_nowhere()
    figures["faults"] = {
        "operations": {rule["kind"]: rule["operation"] for rule in rules},
        "runs that failed": failures,
    }


def _came_up(platform: OnAws) -> bool:
    try:
        platform.stack.up()
    except EngineError as error:
        print(error)
        return False
    return True


def test_what_is_secret_is_told_nowhere(platform: OnAws, everything: Counter[str], figures: dict[str, Any]) -> None:
    """Nor is it after runs that failed or were stopped, whose tests look too."""
    # It is there to be found: the cluster has it, and so does this look for it.
    assert any(form in file.read_bytes() for form in leaks.forms(HOOK) for file in platform.objects.iterdir())
    show = ("preview", "--diff", f"--stack={NAME}", f"--config-file={platform.stack.config}")
    history = ("stack", "history", "--json", "--full-dates", f"--stack={NAME}")
    shown = [(" ".join(one), platform.cli.run(*one).encode()) for one in (show, history)]
    figures["told"] = {"places": platform.told_nowhere(*shown), "with a secret": 0}


def test_destroying_it_leaves_nothing(platform: OnAws, nothing: Counter[str]) -> None:
    platform.stack.destroy()
    assert platform.there() == nothing
