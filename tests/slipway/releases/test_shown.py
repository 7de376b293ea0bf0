import io

import pytest
from rich.console import Console

from slipway.releases.cluster import Unreachable
from slipway.releases.observed import Metric
from slipway.releases.shown import Shown, line, measured, view, wait
from tests.slipway.releases.world import World


def shown(world: World, *, terminal: bool = False) -> tuple[Shown, io.StringIO]:
    out = io.StringIO()
    console = Console(file=out, force_terminal=terminal, width=160, highlight=False)
    return Shown(world.place().look, console, every=0.0), out


def canary(world: World) -> World:
    world.begin("1.1.0")
    world.step(1, 10)
    world.objects["analysisruns", "one"] = {
        "metadata": {"name": "one", "creationTimestamp": "2026-11-29T12:01:00Z"},
        "status": {
            "phase": "Running",
            "metricResults": [
                {
                    "name": "errors",
                    "phase": "Running",
                    "count": 1,
                    "measurements": [{"value": "[12.5,100,0.01,0.002]"}],
                },
                {"name": "golden", "phase": "Failed", "message": "answered 0.7"},
            ],
        },
    }
    return world


def test_a_look_is_a_line(served: World) -> None:
    assert line(None) == "nothing is served yet"
    assert line(served.place().look()) == "Healthy, 100 % to 1.0.0 (2 of 2 pods ready)"
    assert line(canary(served).place().look()) == (
        "Progressing: more replicas (step 2 of 4, 10 % of the traffic), 10 % to 1.1.0 (2 of 2 pods ready), "
        "90 % to 1.0.0 (2 of 2 pods ready), errors running "
        "(12.5 of 100 that abort: canary 0.01, stable 0.002), golden failed (answered 0.7)"
    )


def test_elsewhere_than_on_a_terminal_a_line_comes_when_something_is_new(served: World) -> None:
    one, out = shown(served)
    with one.shown():
        for _ in range(3):
            one.tick()
        canary(served)
        one.tick()
        served.reachable = False
        one.tick()
        one.tick()
    said = [text.partition(" ")[2] for text in out.getvalue().splitlines()]
    assert len(said) == 3
    assert said[0].startswith("Healthy")
    assert said[1].startswith("Progressing: more replicas (step 2 of 4")
    assert said[2] == "the API server https://cluster can't be reached"


def test_a_terminal_gets_a_table_that_goes_when_it_ends(served: World) -> None:
    one, out = shown(canary(served), terminal=True)
    with one.shown():
        one.tick()
        text = out.getvalue()
        for word in (
            "canary",
            "1.1.0",
            "2 of 2",
            "10 %",
            "stable",
            "90 %",
            "errors",
            "canary 0.01, stable 0.002",
            "golden",
            "answered 0.7",
        ):
            assert word in text
        served.reachable = False
        one.tick()
        assert "can't be reached" in out.getvalue()


def test_markup_in_what_others_say_is_text(served: World) -> None:
    served.objects["rollouts", "tiny-model"]["status"]["message"] = "[red]x[/nothing]"
    seen = served.place().look()
    assert seen is not None
    out = io.StringIO()
    Console(file=out, width=100).print(view(seen, "[bold]"))
    assert "[red]x[/nothing]" in out.getvalue()
    assert "[bold]" in out.getvalue()


def test_whoever_waits_gets_the_last_look(served: World) -> None:
    one, _ = shown(served)
    served.begin("1.1.0")
    one.then = lambda seen: served.pass_() if one.seen and one.seen.under_way else None
    last = wait(one, None, lambda seen: seen is not None and seen.healthy)
    assert last is not None
    assert last.template.version == "1.1.0"


def test_waiting_has_an_end(served: World) -> None:
    one, _ = shown(served)
    served.begin("1.1.0")
    last = wait(one, 0, lambda _: False)
    assert last is not None
    assert last.under_way


def test_a_cluster_that_was_never_there_is_a_failure(served: World) -> None:
    one, _ = shown(served)
    served.reachable = False
    with pytest.raises(Unreachable):
        wait(one, None, lambda _: True)


@pytest.mark.parametrize(
    ("phase", "value", "message", "told"),
    [
        ("Running", "[12.5,100,0.01,0.002]", "", "12.5 of 100 that abort: canary 0.01, stable 0.002"),
        ("Running", "[-44.8,100,0,0]", "", "0 of 100 that abort: canary 0, stable 0"),
        ("Running", "[NaN,100,0,0]", "", "nan of 100 that abort: canary 0, stable 0"),
        ("Failed", "[250,100,NaN,0]", "", "250 of 100 that abort: canary nan, stable 0"),
        ("Running", "[7]", "", "[7]"),
        ("Running", "", "", ""),
        ("Error", "[7]", "no such metric", "no such metric"),
        ("Running", "a Job's name", "", "a Job's name"),
    ],
)
def test_what_was_measured_is_for_people(phase: str, value: str, message: str, told: str) -> None:
    assert measured(Metric("errors", phase, value, message, 1)) == told
