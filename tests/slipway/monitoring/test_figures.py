import math
import warnings
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

import pytest

from panels import table
from panels.panel import Kind, Levels, Panel, Query, Unit
from slipway.monitoring.figures import NOTHING, Colours, figure, tile, written
from slipway.monitoring.prometheus import Sample
from slipway.monitoring.snapshot import Line, Model, Seen, Snapshot, Span, Watch
from tests.slipway.monitoring.conftest import NOON
from tests.slipway.monitoring.fake import NEW, OLD

HERE: Final = Model("serving", "maintenance-predictor")
START: Final = (NOON - timedelta(minutes=15)).timestamp()


def panel(kind: Kind = Kind.LINES, unit: Unit = Unit.SHARE, levels: Levels | None = None) -> Panel:
    query = Query(expression="a{$model}", legend="{{model_version}} · {{release}}")
    return Panel(key="a", title="A", about="A.", unit=unit, kind=kind, queries=(query,), levels=levels)


def line(labels: dict[str, str], *values: float | None, query: int = 0, legend: str = "it") -> Line:
    return Line(query, legend, labels, [(START + 15 * index, value) for index, value in enumerate(values)])


def seen(*lines: Line, of: Panel | None = None) -> Seen:
    return Seen(of or panel(), lines, None)


def snapshot(*all_seen: Seen) -> Snapshot:
    return Snapshot(HERE, NOON - timedelta(minutes=15), NOON, 15, all_seen)


def drawn(one: Seen, colours: Colours | None = None) -> dict[str, Any]:
    colours = colours or Colours()
    colours.learn(snapshot(one))
    return figure(one, snapshot(one), colours)


def test_times_are_those_of_the_clock_on_the_wall() -> None:
    made = drawn(seen(line(OLD, 0.1, 0.2)))
    assert made["traces"][0]["x"] == ["2026-11-29 11:45:07", "2026-11-29 11:45:22"]
    assert made["traces"][0]["y"] == [0.1, 0.2]
    assert made["axes"]["xaxis"]["range"] == ["2026-11-29 11:45:07", "2026-11-29 12:00:07"]


def test_a_line_is_broken_where_nothing_was_recorded() -> None:
    samples: Sequence[Sample] = [(START, 1.0), (START + 15, None), (START + 30, 1.0), (START + 90, 2.0)]
    made = drawn(seen(Line(0, "it", OLD, samples)))
    assert made["traces"][0]["y"] == [1.0, None, 1.0, None, 2.0]
    assert made["traces"][0]["x"][3] == "2026-11-29 11:45:52"


def test_a_version_has_one_colour_and_keeps_it() -> None:
    colours = Colours()
    [[new, old]] = [drawn(seen(line(NEW, 1), line(OLD, 1)), colours)["traces"]]
    [[again]] = [drawn(seen(line(NEW, 1), of=panel()), colours)["traces"]]
    older = {**OLD, "model_version": "0.9.0"}
    [[first, last]] = [drawn(seen(line(older, 1), line(OLD, 1)), colours)["traces"]]
    assert new["line"]["color"] == again["line"]["color"] != old["line"]["color"] == last["line"]["color"]
    assert first["line"]["color"] not in (new["line"]["color"], old["line"]["color"])


def test_another_release_of_the_same_version_has_its_own_colour() -> None:
    one, other = drawn(seen(line(OLD, 1), line({**OLD, "release": "ffff"}, 1)))["traces"]
    assert one["line"]["color"] != other["line"]["color"]


def test_colours_begin_with_the_lowest_version() -> None:
    ten = {**OLD, "model_version": "1.10.0"}
    colours = Colours()
    colours.learn(snapshot(seen(line(ten, 1), line({**OLD, "model_version": "1.9.0"}, 1))))
    first = Colours()
    first.learn(snapshot(seen(line(OLD, 1))))
    assert colours.of(HERE, line({**OLD, "model_version": "1.9.0"}, 1)) == first.of(HERE, line(OLD, 1))


def test_what_is_of_no_version_looks_like_none() -> None:
    versions = {one["line"]["color"] for one in drawn(seen(line(OLD, 1), line(NEW, 1)))["traces"]}
    others = {one["line"]["color"] for one in drawn(seen(line({}, 1), line({}, 1, query=1)))["traces"]}
    assert len(others) == 2
    assert not versions & others


def test_quantiles_of_a_version_differ_by_their_dashes() -> None:
    traces = drawn(seen(line(OLD, 1), line(OLD, 1, query=1), line(OLD, 1, query=2)))["traces"]
    assert len({one["line"]["color"] for one in traces}) == 1
    assert [one["line"]["dash"] for one in traces] == ["solid", "dash", "dot"]


def test_outcomes_add_up_without_those_that_never_were() -> None:
    lines = [line({"status": status}, value, legend=status) for status, value in
             (("error", 1), ("shed", 0), ("success", 9), ("strange", 2))]  # fmt: skip
    traces = drawn(seen(*lines, of=panel(Kind.AREAS)))["traces"]
    assert [one["name"] for one in traces] == ["success", "error", "strange"]
    assert {one["stackgroup"] for one in traces} == {"all"}


def test_where_nothing_ever_was_the_areas_say_so() -> None:
    traces = drawn(seen(line({"reason": "queue"}, 0, legend="queue"), of=panel(Kind.AREAS)))["traces"]
    assert [one["y"] for one in traces] == [[0]]


def test_bars_are_the_shares_of_their_buckets() -> None:
    shares = (("+Inf", 1.0), ("0.9", 0.75), ("0.1", 0.25))
    lines = [line({**OLD, "le": end}, share) for end, share in shares]
    [bars] = drawn(seen(*lines, of=panel(Kind.BARS)))["traces"]
    assert bars["x"] == ["≤0.1", "≤0.9", ">0.9"]
    assert bars["y"] == [0.25, 0.5, 0.25]


def test_each_version_has_its_bars() -> None:
    both = [line({**each, "le": "+Inf"}, 1.0, legend=each["release"]) for each in (NEW, OLD)]
    bars = drawn(seen(*both, of=panel(Kind.BARS)))["traces"]
    assert [one["name"] for one in bars] == ["4f2a", "b773"]
    assert bars[0]["marker"]["color"] != bars[1]["marker"]["color"]


@pytest.mark.parametrize(("largest", "shown", "suffix"), [(2**29, 512, " MiB"), (3 * 2**30, 3, " GiB")])
def test_memory_is_in_units_that_people_read(largest: float, shown: float, suffix: str) -> None:
    made = drawn(seen(line(OLD, largest), of=panel(unit=Unit.BYTES)))
    assert made["traces"][0]["y"] == [shown]
    assert made["axes"]["yaxis"]["ticksuffix"] == suffix


def test_days_are_told_where_there_are_days() -> None:
    month = Snapshot(HERE, NOON - Span.MONTH.length, NOON, Span.MONTH.step, [])
    axis = figure(seen(), month, Colours())["axes"]["xaxis"]
    assert axis["tickformat"] == "%e %b"
    assert drawn(seen())["axes"]["xaxis"]["tickformat"] == "%H:%M"


def test_markup_in_a_label_is_text() -> None:
    [trace] = drawn(seen(line({}, 1, legend="<a href='https://x'>x</a> & y")))["traces"]
    assert trace["name"] == "&lt;a href='https://x'&gt;x&lt;/a&gt; &amp; y"


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.4833, Unit.SHARE, "48.3 %"),
        (-0.5, Unit.SHARE, "-50 %"),
        (0.00012, Unit.SHARE, "0.012 %"),
        (0.0141, Unit.SECONDS, "14.1 ms"),
        (2.5, Unit.SECONDS, "2.5 s"),
        (0.00035, Unit.SECONDS, "350 µs"),
        (0, Unit.SECONDS, "0 s"),
        (242.7, Unit.PER_SECOND, "243 /s"),
        (12345.6, Unit.PER_SECOND, "12,346 /s"),
        (450 * 2**20, Unit.BYTES, "450 MiB"),
        (2.5 * 2**30, Unit.BYTES, "2.5 GiB"),
        (14.4, Unit.TIMES, "14.4 ×"),  # noqa: RUF001 - the sign that it is
        (4, Unit.COUNT, "4"),
        (0.612, Unit.CORES, "0.612"),
        (0.97, Unit.NUMBER, "0.97"),
    ],
)
def test_numbers_are_written_for_people(value: float, unit: Unit, text: str) -> None:
    assert written(value, unit) == text


@pytest.mark.parametrize(
    ("value", "level"), [(0.26, "good"), (0.25, "good"), (0.24, "warning"), (0.0, "warning"), (-0.01, "bad")]
)
def test_a_tile_says_whether_its_number_is_bad(value: float, level: str) -> None:
    budget = panel(Kind.TILE, levels=Levels(warning=0.25, bad=0))
    assert tile(seen(line({}, value), of=budget))["level"] == level


def test_a_tile_without_levels_or_number_is_plain() -> None:
    assert tile(seen(line({}, 0.5), of=panel(Kind.TILE))) == {"text": "50 %", "level": "plain"}
    assert tile(seen(of=panel(Kind.TILE))) == {"text": NOTHING, "level": "none"}
    assert tile(seen(line({}, None), of=panel(Kind.TILE))) == {"text": NOTHING, "level": "none"}


def test_plotly_knows_all_that_it_is_given(watch: Watch) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from plotly import graph_objects

    colours = Colours()
    made = watch.look(HERE, Span.HOUR)
    colours.learn(made)
    charts = [one for one in made.seen if one.panel.kind is not Kind.TILE]
    assert len(charts) == len(list(table.panels())) - len(table.TILES)
    for one in charts:
        done = figure(one, made, colours)
        graph_objects.Figure(done["traces"], done["axes"])  # which refuses what it doesn't know
        assert all(not math.isnan(value) for trace in done["traces"] for value in trace["y"] if value is not None)
