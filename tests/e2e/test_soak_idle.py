"""What the sandbox takes while nothing is asked: `make soak`. Its figure lands in docs/figures/idle.json.

Whatever runs on the machine counts, so nothing else may.
"""

import os
import time
from pathlib import Path
from typing import Final

import pytest

from tests.e2e.conftest import Local
from tests.e2e.serving import NAMESPACE
from tests.figures import recorded

pytestmark = [pytest.mark.soak, pytest.mark.timeout(3600)]

MOST: Final = 0.4
"""Cores that everything on the machine may take together."""
SETTLED: Final = 120.0  # seconds after which what was made or removed keeps nobody busy
LASTS: Final = 300.0  # seconds


def test_all_of_it_takes_little_while_nothing_is_asked(request: pytest.FixtureRequest, local: Local) -> None:
    local.cluster.assert_emptied(NAMESPACE)  # what is left is what `make up` makes
    with recorded(request.session, "idle", 0) as figures:
        time.sleep(SETTLED)
        begun, before = time.monotonic(), busy()
        time.sleep(LASTS)
        figures["cores"] = round((busy() - before) / (time.monotonic() - begun), 2)
        assert figures["cores"] <= MOST


def busy() -> float:
    """Seconds that all processors of the machine have worked since its start, for whomever."""
    user, nice, system, _, _, irq, softirq, *_ = map(int, Path("/proc/stat").read_text().splitlines()[0].split()[1:])
    return (user + nice + system + irq + softirq) / os.sysconf("SC_CLK_TCK")
