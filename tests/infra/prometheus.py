"""The built Prometheus, asked of made-up samples: what promtool plays once, looked at thousands of times."""

import json
import os
import subprocess
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self, TypeAlias

import httpx

from sandbox import state as states

BIN: Final = states.default().bin

EPOCH: Final = 1_700_000_000
"""Second zero of what is made up, in Unix time."""

POINTS: Final = 10_000
"""Of one question; Prometheus gives no more than eleven thousand."""

Labels: TypeAlias = tuple[tuple[str, str], ...]


class Prometheus:
    """It runs from a `with` to its end.

    Args:
        folder: where it keeps what it needs.
        series: values by the series as it is written, like `up{pod="a"}`: seconds, and what it was then.
    """

    def __init__(self, folder: Path, series: Mapping[str, Iterable[tuple[float, float]]]) -> None:
        self._folder: Final = folder
        lines = folder / "samples.txt"
        with lines.open("w") as file:
            for name, samples in series.items():
                file.writelines(f"{name} {value!r} {EPOCH + at:.3f}\n" for at, value in samples)
            file.write("# EOF\n")
        made = subprocess.run(
            [BIN / "promtool", "tsdb", "create-blocks-from", "openmetrics", "-q", "-r", lines, folder / "data"],
            env={**os.environ, "GOMAXPROCS": "1"}, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert made.returncode == 0, made.stderr
        lines.unlink()
        (folder / "nothing.yaml").write_text("{}")

    def __enter__(self) -> Self:
        log = self._folder / "log"
        with log.open("w") as file:
            self._process = subprocess.Popen(
                [
                    BIN / "prometheus", f"--config.file={self._folder / 'nothing.yaml'}",
                    f"--storage.tsdb.path={self._folder / 'data'}", "--storage.tsdb.retention.time=100y",
                    "--web.listen-address=127.0.0.1:0", "--log.format=json", "--query.timeout=10m",
                ],
                stdout=file, stderr=file,
            )  # fmt: skip
        self._client = httpx.Client(base_url=f"http://{self._address(log)}/api/v1/", trust_env=False, timeout=600)
        while self._client.get("query", params={"query": "1"}).is_error:
            time.sleep(0.05)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()
        self._process.terminate()
        self._process.wait()

    def now(self, query: str, at: float) -> list[tuple[dict[str, str], float]]:
        """What is found at a second, in the order in which it is told."""
        found = self._ask("query", query=query, time=EPOCH + at)
        return [(one["metric"], float(one["value"][1])) for one in found]

    def over(self, query: str, start: float, end: float, step: float) -> dict[Labels, dict[float, float]]:
        """What is found at each of these seconds, by labels."""
        whole: dict[Labels, dict[float, float]] = {}
        while start <= end:
            last = min(end, start + step * (POINTS - 1))
            for one in self._ask("query_range", query=query, start=EPOCH + start, end=EPOCH + last, step=step):
                labels = tuple(sorted(one["metric"].items()))
                whole.setdefault(labels, {}).update((at - EPOCH, float(value)) for at, value in one["values"])
            start = last + step
        return whole

    def _ask(self, path: str, **parameters: str | float) -> Sequence[Any]:
        answer = self._client.post(path, data=parameters)
        assert answer.status_code == httpx.codes.OK, answer.text
        return answer.json()["data"]["result"]

    def _address(self, log: Path) -> str:
        while self._process.poll() is None:
            for line in log.read_text().splitlines():
                told = json.loads(line)
                if told.get("msg") == "Listening on":
                    return told["address"]
            time.sleep(0.02)
        raise AssertionError(log.read_text())
