"""What a full store costs: `make soak`. The figures land in docs/figures/store.json."""

import json
import random
import re
import statistics
import time
from pathlib import Path
from typing import Any, Final

import pytest

from tests.sandbox.aws.running import Running

pytestmark = [pytest.mark.soak, pytest.mark.timeout(1800)]

FIGURES: Final = Path(__file__).parents[3] / "docs" / "figures" / "store.json"
MIB: Final = 1024 * 1024
FILES: Final = 10  # of a version
MANY: Final = 1_000
PUBLISHED: Final = 5  # versions each time


def test_publishing_into_a_full_store_takes_no_longer_than_into_an_empty_one(tmp_path: Path) -> None:
    chance = random.Random(8)  # noqa: S311 (any bytes do)
    data = tmp_path / "data"
    figures: dict[str, Any] = {"starts (s)": {}, "publish (s)": {}, "snapshot (bytes)": {}, "memory (MiB)": {}}

    def look(name: str, server: Running, publish: float) -> None:
        figures["publish (s)"][name] = round(publish, 3)
        figures["snapshot (bytes)"][name] = (data / "snapshot").stat().st_size
        text = Path(f"/proc/{server.process.pid}/status").read_text()
        figures["memory (MiB)"][name] = int(re.findall(r"RssAnon:\s+(\d+)", text)[0]) // 1024

    with started(data, figures, "empty") as server:
        s3 = server.client("s3")
        s3.create_bucket(Bucket="one", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
        look("empty", server, published(s3, chance, "empty"))
        for number in range(32):
            s3.put_object(Bucket="one", Key=f"full/{number}", Body=chance.randbytes(32 * MIB))
    with started(data, figures, "1 GiB") as server:
        look("1 GiB", server, published(server.client("s3"), chance, "full"))
        ratio = figures["publish (s)"]["1 GiB"] / figures["publish (s)"]["empty"]
        figures["ratio"] = round(ratio, 2)
        s3 = server.client("s3")
        for number in range(MANY):
            s3.put_object(Bucket="one", Key=f"many/{number}", Body=b"%d" % number)
        look(f"1 GiB, {MANY} more objects", server, published(s3, chance, "many"))
    with started(data, figures, f"1 GiB, {MANY} more objects"):
        pass
    print(json.dumps(figures, indent=1))
    FIGURES.write_text(json.dumps(figures, indent=1) + "\n")


def started(data: Path, figures: dict[str, Any], name: str) -> Running:
    begin = time.monotonic()
    server = Running(data)
    figures["starts (s)"][name] = round(time.monotonic() - begin, 1)
    return server


def published(s3: Any, chance: random.Random, prefix: str) -> float:
    """Seconds that one version took, the middle one of some."""
    took: list[float] = []
    for version in range(PUBLISHED):
        files = [chance.randbytes(MIB) for _ in range(FILES)]
        begin = time.monotonic()
        for number, content in enumerate(files):
            s3.put_object(Bucket="one", Key=f"{prefix}/{version}/{number}", Body=content, IfNoneMatch="*")
        took.append(time.monotonic() - begin)
    return statistics.median(took)
