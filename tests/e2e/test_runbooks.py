"""What a page in docs/runbooks says to look with can be looked with, as whoever is paged would type it."""

import re
import subprocess
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from sandbox.journey.configuration import CHECKOUT
from sandbox.kubernetes import addresses
from tests.e2e.cluster import Cluster, eventually
from tests.e2e.conftest import Created
from tests.e2e.containers import kill
from tests.e2e.serving import NAME, NAMESPACE
from tests.e2e.test_faults import PODS

pytestmark = pytest.mark.e2e

PAGES: Final = sorted((CHECKOUT / "docs/runbooks").glob("*.md"))
GUIDE: Final = CHECKOUT / "docs/guides/alerts.md"
LOOKING: Final = ("Look", "It is over when")
"""What stands under the others changes something."""

WITHIN: Final = 180.0
"""Seconds until a container that was killed serves again; only a hang takes as long."""

# Every command has to succeed, but for a search that finds nothing: that is what one hopes for.
SHELL: Final = """
set -euo pipefail
grep() { command grep "$@" || [ $? -eq 1 ]; }
"""


@pytest.fixture(scope="module")
def names(created: Created, cluster: Cluster) -> str:
    """What an alert's labels would say, of a pod that was started anew."""
    e2e = created.serving
    e2e.settle()
    pod, *_ = sorted(cluster.pods_behind(NAMESPACE, f"{NAME}-stable"))
    # Its start takes processor time, and the autoscaler's way back from that has to take another one.
    cluster.kubectl("-n", NAMESPACE, "annotate", "pod", pod, "controller.kubernetes.io/pod-deletion-cost=1000")
    path = f"/api/v1/namespaces/{NAMESPACE}/pods/{pod}"
    (container,) = cluster.get(path)["status"]["containerStatuses"]
    kill(container["containerID"])
    eventually(
        lambda: cluster.get(path)["status"]["containerStatuses"][0],
        lambda found: found["ready"] and found["restartCount"] > container["restartCount"],
        WITHIN,
    )
    # None that is just being made: it has no log yet.
    eventually(
        lambda: cluster.pods(NAMESPACE, PODS),
        lambda pods: all(one["status"]["phase"] == "Running" for one in pods),
        WITHIN,
    )
    return f"NAMESPACE={NAMESPACE} MODEL={NAME} POD={pod} URL={e2e.url} HOST={addresses.API_SERVICE}\n"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_command_that_looks_at_something_finds_it(page: Path, names: str) -> None:
    asked = [command for heading in LOOKING for command in blocks(section(page, heading))]
    assert asked
    # The guide's own example first, and then what this alert would be about.
    script = SHELL + "\n".join((*blocks(section(GUIDE, "Before you look")), names, *asked))
    done = subprocess.run(["bash", "-c", script], cwd=CHECKOUT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    assert '"status":"error","errorType"' not in done.stdout


def section(page: Path, heading: str) -> str:
    """What stands under a heading."""
    _, _, after = page.read_text().partition(f"\n## {heading}\n")
    assert after, f"{page.name} has no {heading}"
    return after.partition("\n## ")[0]


def blocks(text: str) -> Iterator[str]:
    """The commands: what is indented as code, and what stands in a line in code marks and begins as one."""
    # A block in a list is indented by two more.
    for found in re.finditer(r"(?:^ {4,}\S.*\n)+", text, re.MULTILINE):
        yield textwrap.dedent(found[0])
    for found in re.finditer(r"`((?:kubectl|query) [^`]+)`", text):
        yield found[1]
