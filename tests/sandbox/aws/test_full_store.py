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
PUBLISHED: Final = 9  # versions


def test_publishing_into_a_full_store_takes_no_longer_than_into_an_empty_one(tmp_path: Path) -> None:
    chance = random.Random(8)  # noqa: S311 (any bytes do)
    empty, full = tmp_path / "empty" / "data", tmp_path / "full" / "data"
    for folder in (empty, full):
        folder.parent.mkdir()
    figures: dict[str, Any] = {"starts (s)": {}, "publish (s)": {}, "snapshot (bytes)": {}, "memory (MiB)": {}}
    with Running(full) as server:
        s3 = made(server)
        for number in range(32):
            s3.put_object(Bucket="one", Key=f"full/{number}", Body=chance.randbytes(32 * MIB))

    with started(empty, figures, "empty") as server, started(full, figures, "1 GiB") as other:
        stores = {"empty": (made(server), empty, server), "1 GiB": (other.client("s3"), full, other)}
        took: dict[str, list[float]] = {name: [] for name in stores}
        for version in range(PUBLISHED):
            for name, (s3, _, _) in stores.items():  # by turns, so that both meet the machine as it is
                took[name].append(published(s3, chance, f"{name}/{version}"))
        for name, (_, data, one) in stores.items():
            look(figures, name, data, one, took[name])
        figures["ratio"] = round(statistics.median(took["1 GiB"]) / statistics.median(took["empty"]), 2)

        name, s3 = f"1 GiB, {MANY} more objects", stores["1 GiB"][0]
        for number in range(MANY):
            s3.put_object(Bucket="one", Key=f"many/{number}", Body=b"%d" % number)
        look(figures, name, full, other, [published(s3, chance, f"many/{version}") for version in range(PUBLISHED)])
    with started(full, figures, name):
        pass
    print(json.dumps(figures, indent=1))
    FIGURES.write_text(json.dumps(figures, indent=1) + "\n")


def made(server: Running) -> Any:
    s3 = server.client("s3")
    s3.create_bucket(Bucket="one", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    return s3


def look(figures: dict[str, Any], name: str, data: Path, server: Running, took: list[float]) -> None:
    figures["publish (s)"][name] = round(statistics.median(took), 3)
    figures["snapshot (bytes)"][name] = (data / "snapshot").stat().st_size
    text = Path(f"/proc/{server.process.pid}/status").read_text()
    figures["memory (MiB)"][name] = int(re.findall(r"RssAnon:\s+(\d+)", text)[0]) // 1024


def started(data: Path, figures: dict[str, Any], name: str) -> Running:
    begin = time.monotonic()
    server = Running(data)
    figures["starts (s)"][name] = round(time.monotonic() - begin, 1)
    return server


def published(s3: Any, chance: random.Random, prefix: str) -> float:
    """Seconds that one version takes."""
    files = [chance.randbytes(MIB) for _ in range(FILES)]
    begin = time.monotonic()
    for number, content in enumerate(files):
        s3.put_object(Bucket="one", Key=f"{prefix}/{number}", Body=content, IfNoneMatch="*")
    return time.monotonic() - begin
