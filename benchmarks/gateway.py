"""The same questions once more through the gateway of a sandbox that is up, as a client of the cluster asks them."""

import time
from typing import Any
from urllib.parse import urlsplit

from benchmarks import oha, wrk
from benchmarks.errors import BenchmarkError
from benchmarks.measuring import CONNECTIONS, HALF, WARM_UP
from benchmarks.questions import ARTICLES, Question
from benchmarks.rounds import Round


def measured(url: str, seconds: int, core: int) -> dict[str, Any]:
    """One turn of the model behind `url`; everything else on the machine goes on beside it.

    Args:
        url: of the model, like `http://127.0.0.1:30080/maintenance-predictor`.
        seconds: of each part of the turn.
        core: of the machine, for the load generator.

    Raises:
        BenchmarkError: the URL is of another machine, or what is there doesn't answer with predictions.
    """
    parts = urlsplit(url)
    if parts.hostname != "127.0.0.1" or parts.port is None:
        raise BenchmarkError(f"{url}: only a gateway at 127.0.0.1 is asked, with its port in the URL")
    question = Question(path=parts.path.rstrip("/") + ARTICLES.path, body=ARTICLES.body)

    def ask(connections: int, seconds: int) -> Round:
        return wrk.run(parts.port or 0, question, connections=connections, seconds=seconds, core=core)

    ask(CONNECTIONS, WARM_UP)
    busy, alone = ask(CONNECTIONS, seconds), ask(1, seconds)
    half = oha.run(parts.port, question, rate=max(round(HALF * busy.requests), 1), seconds=seconds, core=core)
    return {
        "date": time.strftime("%Y-%m-%d"),
        "requests/s": round(busy.requests, 1),
        "p50 (ms)": round(busy.p50, 2),
        "p99 (ms)": round(busy.p99, 2),
        "alone, p50 (ms)": round(alone.p50, 3),
        "half (requests/s)": round(half.requests),
        "half, p50 (ms)": round(half.p50, 3),
        "half, p99 (ms)": round(half.p99, 3),
    }
