"""docs/benchmarks.md and its plot, from the figures."""

import math
from collections.abc import Mapping
from typing import Any, Final
from xml.sax.saxutils import escape

from benchmarks.cache import PEERS
from benchmarks.measuring import Row
from benchmarks.servers import SERVICE

_NAMES: Final = {"floor": "the floor", SERVICE: "**Slipway**", "article": "the article's app"}
_SETUPS: Final = {
    "the floor": "uvicorn alone: parses the request and answers as many bytes, without a model",
    "the article's app": "as printed, with its requirements; one of its four processes, since there is one core",
    "FastAPI": "a plain app that calls the signature in its coroutine",
    "BentoML": "adaptive batching, at most 64",
    "LitServe": "batches of 64 within 10 ms, fast queue",
    "MLServer": "adaptive batching, 64 within 5 ms, no second process",
    "Ray Serve": "`@serve.batch`, 64 within 5 ms; with HAProxy: its throughput mode, too",
}
_PACKAGES: Final = {
    "the article's app": ("article", "tensorflow"),
    "FastAPI": ("fastapi", "fastapi"),
    "BentoML": ("bentoml", "bentoml"),
    "LitServe": ("litserve", "litserve"),
    "MLServer": ("mlserver", "mlserver"),
    "Ray Serve": ("ray", "ray"),
}

BAR, LEFT, RIGHT, WIDTH = 22, 150, 110, 760
THOUSAND: Final = 1000


def written(found: Mapping[str, Any]) -> str:
    """The page."""
    generators = found["generators"]
    lines = [
        "# Benchmarks",
        "",
        f"Written by `make bench` on {found['date']} ({found['machine']}): medians of {found['rounds']} rounds in "
        "which the servers took turns, each alone on one core, the load generator on the other. All answer the same "
        "reading of the included model with the same probability; the heavier models are the same beside layers that "
        "take their time. How long a call takes depends on the machine: what it took on this one stands in the titles, "
        "beside the model's name.",
        "",
        f"- **requests/s** and its p50 and p99: closed loop, wrk {generators['wrk']}, {found['connections']} "
        f"connections, {found['seconds']} s; **µs** is the processor time that all of a server's processes took for a "
        "request.",
        "- **alone**: the median of one request at a time. **start**: from the process's begin to its first answer, on "
        "the one core; that of the floor, which has no model, is Python's and uvicorn's own. Above each table stands "
        "what the model takes alone: a process that imports TensorFlow without Keras, loads it and asks it once.",
        f"- **at half**: open loop, oha {generators['oha']}: requests come on time, whether or not those before them "
        "are answered, and latency counts from when they were due. At half of the server's own maximum; the floor's at "
        "half of Slipway's. The other rates are the same for all; — is one that a server can't bear.",
        "",
        "![requests per second of each server](figures/bench.svg)",
    ]
    for weight, model in found["models"].items():
        started = model["servers"][SERVICE]["start (s)"] or 0.0
        lines += ["", f"## A model of {model['call (ms)']:g} ms ({weight})", ""]
        lines += [
            f"Loaded and asked once in {_cell(model['load (s)'])} s; Slipway answers "
            f"{_cell(started - model['load (s)'])} s later than that."
        ]
        lines += ["", *_table(model["servers"])]
        for name, errors in model["failed"].items():
            lines += ["", f"{_NAMES.get(name, name)} failed {len(errors)} times, the last time so: {errors[-1]}"]
    if (behind := found.get("gateway")) is not None:
        lines += ["", "## Through the gateway", ""]
        lines += [
            f"On {behind['date']}, the small model in the sandbox with all that runs there, on both cores: "
            f"{_cell(behind['requests/s'])} requests/s, p50 {_cell(behind['p50 (ms)'])} ms, p99 "
            f"{_cell(behind['p99 (ms)'])} ms; alone {_cell(behind['alone, p50 (ms)'])} ms; at half of that "
            f"{_cell(behind['half, p50 (ms)'])} and {_cell(behind['half, p99 (ms)'])} ms."
        ]
    lines += ["", "## The servers", "", "| server | version | set up |", "|---|---|---|"]
    lines += [f"| {name} | {_version(name)} | {setup} |" for name, setup in _SETUPS.items()]
    lines += [
        "",
        "Each has an environment of its own; its packages are pinned in `benchmarks/peers`. All are told to use one "
        "thread for TensorFlow, and none but the article's app, which is as printed, writes a line for each request.",
        "",
        "`python -m benchmarks.profile` tells where the time of a request goes inside of Slipway.",
    ]
    return "\n".join(lines) + "\n"


def _table(rows: Mapping[str, Row]) -> list[str]:
    columns = ["requests/s", next(each for each in next(iter(rows.values())) if each.startswith("of ")), "p50 (ms)"]
    columns += ["p99 (ms)", "processor (µs a request)", "alone, p50 (ms)", "start (s)"]
    columns += [each for each in next(iter(rows.values())) if each.startswith(("half", "at "))]
    heads = [each.replace("processor (µs a request)", "µs").replace("half", "at half") for each in columns]
    lines = [f"| server | {' | '.join(heads)} |", f"|---|{'--:|' * len(columns)}"]
    for name, row in _ordered(rows):
        cells = [_cell(row.get(column)) for column in columns]
        lines.append(f"| {_NAMES.get(name, name)} | {' | '.join(cells)} |")
    return lines


def _ordered(rows: Mapping[str, Row]) -> list[tuple[str, Row]]:
    return sorted(rows.items(), key=lambda each: -(each[1]["requests/s"] or 0.0))


def _cell(value: float | None) -> str:
    if value is None:
        return "—"
    return f"{value:,.0f}" if value >= THOUSAND else f"{value:.3g}"


def _version(name: str) -> str:
    if name not in _PACKAGES:
        return ""
    peer, package = _PACKAGES[name]
    lock = (PEERS / peer / "lock.txt").read_text().splitlines()
    return next(f"{package} {line.split('==')[1]}" for line in lock if line.startswith(f"{package}=="))


def plot(found: Mapping[str, Any]) -> str:
    """Requests per second of each server, on a scale where each line is ten times the one before, as SVG."""
    models: dict[str, Any] = found["models"]
    rates = [row["requests/s"] for model in models.values() for row in model["servers"].values()]
    low, high = math.floor(math.log10(min(rates))), math.ceil(math.log10(max(rates)))
    height = sum(60 + BAR * len(model["servers"]) for model in models.values())

    def x(rate: float) -> float:
        return LEFT + (math.log10(rate) - low) / (high - low) * (WIDTH - LEFT - RIGHT)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="sans-serif" '
        'font-size="13">',
        f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>',
    ]
    top = 0
    for weight, model in models.items():
        rows = _ordered(model["servers"])
        bottom = top + 34 + BAR * len(rows)
        parts.append(
            f'<text x="8" y="{top + 22}" font-weight="bold">A model of {model["call (ms)"]:g} ms ({escape(weight)}), '
            "requests/s</text>"
        )
        for power in range(low, high + 1):
            line = x(10.0**power)
            parts.append(f'<line x1="{line:.1f}" x2="{line:.1f}" y1="{top + 32}" y2="{bottom}" stroke="#ddd"/>')
            parts.append(
                f'<text x="{line:.1f}" y="{bottom + 14}" fill="#666" font-size="11" text-anchor="middle">'
                f"{10**power:,}</text>"
            )
        for index, (name, row) in enumerate(rows):
            y, rate = top + 36 + BAR * index, row["requests/s"] or 0.0
            label = escape(_NAMES.get(name, name).strip("*"))
            colour = {SERVICE: "#0b6e4f", "floor": "#9aa5b1"}.get(name, "#4a7ebb")
            parts.append(
                f'<text x="{LEFT - 8}" y="{y + 13}" text-anchor="end">{label}</text>'
                f'<rect x="{LEFT}" y="{y}" width="{max(x(rate) - LEFT, 1):.1f}" height="{BAR - 6}" fill="{colour}"/>'
                f'<text x="{max(x(rate), LEFT) + 6:.1f}" y="{y + 13}" fill="#333">{_cell(rate)}</text>'
            )
        top = bottom + 26
    return "\n".join([*parts, "</svg>"]) + "\n"
