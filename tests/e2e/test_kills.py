"""A killed engine leaves nothing that the next run doesn't repair by itself."""

import random
import time
from typing import Final

import pytest

from tests.e2e.cluster import Cluster
from tests.e2e.kills import seconds_later
from tests.e2e.serving import NAMESPACE, Serving

pytestmark = pytest.mark.e2e

SEED: Final = 20261122


def test_destroy_and_up_converge_after_their_engine_was_killed(e2e: Serving, cluster: Cluster) -> None:
    points = random.Random(SEED)  # noqa: S311 (a seed, so that a failure can be repeated)
    converges(e2e, cluster, "destroy", points.uniform(0.1, 0.9))
    converges(e2e, cluster, "up", points.uniform(0.1, 0.9))


def converges(e2e: Serving, cluster: Cluster, verb: str, fraction: float) -> float:
    """Kill the engine of `verb` after `fraction` of the time that it takes, and see the next run repair it all.

    A run that has ended before its kill is done again and killed earlier.

    Returns:
        Seconds from the engine's start to its death.
    """
    e2e.configure("1.0.0")
    wait = fraction * _seconds[verb]
    while not e2e.kill(verb, seconds_later(wait)):
        _seconds[verb] *= 0.7
        wait *= 0.7
        {"up": e2e.destroy, "destroy": e2e.up}[verb]()
    print(f"{verb} killed after {wait:.1f} s")
    begun = time.monotonic()
    if verb == "up":
        e2e.up()
        assert e2e.served()["model_version"] == "1.0.0"
        e2e.stack.preview(expect_no_changes=True)
    else:
        e2e.destroy()
        assert NAMESPACE not in cluster.kubectl("get", "namespaces")
        assert not e2e.stack.export().get("resources")
    _seconds[verb] = max(_seconds[verb], time.monotonic() - begun)
    exported = e2e.stack.export()
    assert not exported.get("pending_operations")
    urns = [one["urn"] for one in exported.get("resources", ())]
    assert len(urns) == len(set(urns))
    return wait


_seconds = {"up": 40.0, "destroy": 25.0}
"""About how long each takes, so that kills spread over all of it; learned from the runs."""
