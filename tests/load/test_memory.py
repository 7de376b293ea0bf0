"""A million predictions leave nothing behind."""

import time
from pathlib import Path
from typing import Final

import numpy as np
import pytest

from tests.figures import recorded
from tests.load.fake_models import Fake
from tests.load.generator import Plan, run
from tests.load.machine import MIB, Footprint
from tests.load.serving import Server, serving
from tests.service.processes import SECONDS

SEED: Final = 1  # of nothing: these requests are all the same
CONNECTIONS: Final = 64
PARTS: Final = 10
WARM_UP: Final = 2  # parts, until allocators and caches have what they want
MANY: Final = 100_000  # predictions of a part
FEW: Final = 300
SLOPE: Final = MIB
"""Bytes that 100,000 predictions may cost."""


def after(server: Server, predictions: int, before: Footprint) -> Footprint:
    """What the server holds after so many predictions, when their connections are closed."""
    outcome = run(Plan(port=server.port, requests=predictions, connections=CONNECTIONS, timeout=SECONDS))
    assert outcome.count(200) == predictions
    end = time.monotonic() + SECONDS
    while (now := server.footprint()).files > before.files and time.monotonic() < end:
        time.sleep(0.05)
    return now


def grown(seen: list[Footprint], first: Footprint) -> list[Footprint]:
    """Those with more files or threads. Fewer are all right: some threads end when nobody needs them."""
    return [each for each in seen if each.files > first.files or each.threads > first.threads]


@pytest.mark.soak
@pytest.mark.timeout(1800)
def test_memory_does_not_grow_with_predictions(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    with recorded(request.session, "memory", SEED) as figures, serving(tmp_path, Fake(batch=64)) as server:
        seen = [first := after(server, MANY, server.footprint())]
        seen += [after(server, MANY, first) for _ in range(PARTS - 1)]
        settled = [each.memory for each in seen[WARM_UP - 1 :]]
        slope = float(np.polyfit(range(len(settled)), settled, 1)[0])
        figures["predictions"] = PARTS * MANY
        figures["memory (MiB)"] = [round(each.memory / MIB, 1) for each in seen]
        figures["slope (MiB per 100,000)"] = round(slope / MIB, 3)
        figures["files"], figures["threads"] = seen[-1].files, seen[-1].threads
        assert slope <= SLOPE
        assert grown(seen, first) == []


def test_files_and_threads_do_not_grow_with_predictions(tmp_path: Path) -> None:
    with serving(tmp_path, Fake(batch=64)) as server:
        first = after(server, FEW, server.footprint())
        seen = [after(server, FEW, first) for _ in range(3)]
    assert grown(seen, first) == []
