"""A killed engine leaves nothing that the next run doesn't repair by itself."""

import random
import time

import pytest

from tests.e2e.cluster import Cluster
from tests.e2e.kills import killed
from tests.e2e.serving import NAMESPACE, Serving

pytestmark = pytest.mark.e2e


def test_up_and_destroy_converge_after_their_engine_was_killed(e2e: Serving, cluster: Cluster) -> None:
    points = random.Random(20261122)  # noqa: S311 (a seed, so that a failure can be repeated)
    converges(e2e, cluster, "destroy", points.uniform(0.1, 0.9))
    converges(e2e, cluster, "up", points.uniform(0.1, 0.9))


def converges(e2e: Serving, cluster: Cluster, verb: str, fraction: float) -> bool:
    """Kill the engine of `verb` after `fraction` of the time that it takes, and see the next run repair it all.

    Returns:
        Whether it was still at work when it was killed.
    """
    e2e.configure("1.0.0")
    wait = fraction * _seconds[verb]
    hit = killed(e2e.stack, verb, wait)
    print(f"{verb} killed after {wait:.1f} s: {'at work' if hit else 'already done'}")
    begun = time.monotonic()
    if verb == "up":
        e2e.stack.up()
        assert e2e.served()["model_version"] == "1.0.0"
    else:
        e2e.stack.destroy()
        assert NAMESPACE not in cluster.kubectl("get", "namespaces")
        assert "resources" not in e2e.stack.export() or not e2e.stack.export()["resources"]
    _seconds[verb] = max(_seconds[verb], time.monotonic() - begun)
    assert not e2e.stack.export().get("pending_operations")
    if verb == "up":
        e2e.stack.preview(expect_no_changes=True)
    return hit


_seconds = {"up": 60.0, "destroy": 30.0}
"""About how long each takes, so that kills spread over all of it; learned from the runs."""
