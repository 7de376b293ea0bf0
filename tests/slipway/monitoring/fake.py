"""A Prometheus that answers as a test says, and remembers what it was asked."""

import json
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message
from typing import Any, Final, TypeAlias
from urllib.parse import parse_qs, urlsplit

from tests.http_servers import Handler, answering

MODEL: Final = {"namespace": "serving", "model": "maintenance-predictor"}
OLD: Final = {**MODEL, "model_version": "1.0.0", "release": "4f2a"}
NEW: Final = {**MODEL, "model_version": "1.1.0", "release": "b773"}

Sampled: TypeAlias = tuple[Mapping[str, str], str]


@dataclass
class Fake:
    """What it answers.

    Attributes:
        series: by a part of the query, series with the value that they have at all times.
        alerts: as Prometheus tells them.
        broken: queries and paths with one of these in them are answered with an error.
        asked: paths and parameters.
        heads: headers of what was asked.
        url: where it is.
    """

    series: dict[str, Sequence[Sampled]] = field(
        default_factory=lambda: {
            "group by": [(MODEL, "1")],
            "vector(1)": [({}, "1")],
            "budget_remaining30d": [(MODEL, "0.5")],
            "slo_": [(MODEL, "1.5")],
            "pods_ready": [(MODEL, "2")],
            "requests_in_flight": [(MODEL, "0.7")],
            "sum(release:model_predictions": [({}, "240")],
            "sum by (status)": [({"status": "success"}, "239"), ({"status": "error"}, "1"), ({"status": "shed"}, "0")],
            "sum by (reason)": [({"reason": "queue"}, "0"), ({"reason": "head"}, "0")],
            "max(release:": [({}, "0.0141")],
            "gpu": [],
            "histogram_quantile": [(OLD, "0.2"), (NEW, "0.3")],
            "share5m": [
                ({**OLD, "le": end}, share) for end, share in (("+Inf", "1"), ("0.1", "0.25"), ("0.9", "0.75"))
            ],
            "release:": [(OLD, "0.01"), (NEW, "NaN")],
        }
    )
    alerts: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    broken: set[str] = field(default_factory=set[str])
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list[tuple[str, dict[str, str]]])
    heads: list[Message] = field(default_factory=list[Message])
    url: str = ""

    def answer(self, path: str, asked: Mapping[str, str]) -> tuple[int, object]:
        """Status and content."""
        if any(part in path or part in asked.get("query", "") for part in self.broken):
            return 503, {"status": "error", "errorType": "timeout", "error": "query timed out"}
        if path.endswith("/api/v1/alerts"):
            return 200, {"status": "success", "data": {"alerts": self.alerts}}
        found = next(series for part, series in self.series.items() if part in asked["query"])
        if path.endswith("/api/v1/query"):
            at = float(asked["time"])
            result = [{"metric": labels, "value": [at, value]} for labels, value in found]
            return 200, {"status": "success", "data": {"resultType": "vector", "result": result}}
        step = int(asked["step"])
        times = range(round(float(asked["start"])), round(float(asked["end"])) + 1, step)
        result = [{"metric": labels, "values": [[at, value] for at in times]} for labels, value in found]
        return 200, {"status": "success", "data": {"resultType": "matrix", "result": result}}


@contextmanager
def fake_prometheus() -> Generator[Fake]:
    """A Prometheus on the loopback interface until the block ends."""
    fake = Fake()

    class Answers(Handler):
        def do_GET(self) -> None:
            address = urlsplit(self.path)
            asked = {name: values[0] for name, values in parse_qs(address.query).items()}
            fake.asked.append((address.path, asked))
            fake.heads.append(self.headers)
            status, content = fake.answer(address.path, asked)
            body = json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    with answering(Answers) as url:
        fake.url = url
        yield fake
