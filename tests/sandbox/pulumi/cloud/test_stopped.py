"""The platform on AWS, its engine killed and interrupted at seeded points, without a cluster: `make soak`.

The figures land in docs/figures/stopped.json.
"""

import random
import signal
from collections import Counter
from collections.abc import Iterator
from typing import Any, Final

import pytest

from tests.figures import recorded
from tests.sandbox.pulumi.cloud.platform import OnAws

pytestmark = [pytest.mark.soak, pytest.mark.engine, pytest.mark.usefixtures("no_preview"), pytest.mark.timeout(3600)]

SEED: Final = 20261129
POINTS: Final = 6


@pytest.fixture(scope="module")
def figures(request: pytest.FixtureRequest) -> Iterator[dict[str, Any]]:
    with recorded(request.session, "stopped", SEED, ("calls", "SIGKILL", "SIGINT")) as found:
        yield found


def test_runs_converge_after_their_engine_was_stopped_at_seeded_points(
    platform: OnAws, nothing: Counter[str], everything: Counter[str], figures: dict[str, Any]
) -> None:
    chance = random.Random(SEED)  # noqa: S311
    calls: dict[str, int] = {}
    for verb, operations in (("destroy", "Delete*"), ("up", "Create*")):
        platform.count(operations)
        {"destroy": platform.stack.destroy, "up": platform.stack.up}[verb]()
        (calls[verb],) = platform.met()
    platform.fail()
    stopped: dict[str, list[str]] = {"SIGKILL": [], "SIGINT": []}
    for number in range(POINTS):
        fraction = chance.uniform(0.05, 0.9)
        for by in (signal.SIGKILL, signal.SIGINT):
            # Each kind of end comes upon each verb, three times.
            verb, operations = (("destroy", "Delete*"), ("up", "Create*"))[(number + (by is signal.SIGINT)) % 2]
            if bool(platform.stack.export().get("resources")) != (verb == "destroy"):
                {"destroy": platform.stack.up, "up": platform.stack.destroy}[verb]()
            platform.tidied()
            at = round(fraction * calls[verb])
            platform.stopped(verb, operations, at, by)
            stopped[by.name].append(f"{verb} at {at}")
            print(by.name, stopped[by.name][-1])
            if verb == "up":
                platform.stack.up()
                platform.settled()
                assert platform.there() == everything
            else:
                platform.stack.destroy()
                assert not platform.stack.export().get("resources")
                platform.whole()
                assert platform.there() == nothing
    platform.told_nowhere()
    figures.update(calls=calls, **stopped)
