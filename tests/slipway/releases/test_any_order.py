"""In whatever order people release, go back and lose terminals: file, state, cluster and ledger agree after each."""

import random
from contextlib import suppress

import pytest

from slipway.errors import SlipwayError
from slipway.releases import images, reconciling, releasing, rolling_back
from slipway.releases.releasing import Wish
from slipway.releases.rolling_back import Back
from slipway.releases.standing import standing
from tests.slipway.releases.world import World


@pytest.mark.parametrize("seed", range(12))
def test_all_four_agree_after_each(seed: int, served: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(images, "there", bool)
    chance = random.Random(seed)  # noqa: S311 - a test's
    done: list[str] = []
    for _ in range(10):
        what = chance.choice(["good", "bad", "dies", "never", "rollback"])
        version, again = chance.choice(["1.0.0", "1.1.0", "1.2.0"]), chance.random() < 0.5
        served.outcome = what
        done.append(f"{what} {version}")
        # What can't be is refused, and has to leave everything as it was.
        with suppress(SlipwayError):
            if what == "rollback":
                rolling_back.rollback(served.place(), Back(), served.shown())
            else:
                releasing.release(served.place(), Wish(version, again=again), served.shown())
        served.outcome = "good"
        seen = served.place().look()
        assert seen is not None
        if seen.under_way:  # the watcher is dead; the cluster decides alone
            chance.choice([served.pass_, served.abort])()
            reconciling.reconcile(served.place(), served.shown())
        assert standing(served.place()).differences == [], done
        assert served.said["version"] == served.serving, done
