"""Components are brought to the state in which they should be."""

from collections.abc import Callable, Generator
from pathlib import Path

import pytest

from sandbox.errors import SandboxError
from sandbox.kubernetes import processes, supervision
from sandbox.kubernetes.component import Component
from sandbox.kubernetes.layout import Layout


@pytest.fixture(autouse=True)
def folders(layout: Layout, monkeypatch: pytest.MonkeyPatch) -> Generator[None]:
    layout.log.mkdir(parents=True)
    monkeypatch.setattr(supervision, "POLL", 0.02)
    yield
    processes.end(layout.cluster, processes.owned(layout.cluster), grace=0)


def shell(script: str, layout: Layout, probe: Callable[[], str | None] = lambda: None, setting: str = "") -> Component:
    return Component(
        name="shell",
        program=Path("/bin/sh"),
        arguments=("-c", script),
        settings={layout.cluster / "setting": setting},
        probe=probe,
    )


def pid(layout: Layout) -> int | None:
    process = processes.component(layout.cluster, "shell")
    return process.pid if process else None


def test_its_settings_are_there_when_it_starts(layout: Layout) -> None:
    component = shell('cat "$HOME/setting"; sleep 300', layout, setting="hello")

    supervision.bring_up(layout, [component])

    while not (said := layout.log_of("shell").read_text()):
        pass
    assert said == "hello"


def test_one_that_runs_is_left_alone(layout: Layout) -> None:
    supervision.bring_up(layout, [shell("sleep 300", layout)])
    first = pid(layout)

    supervision.bring_up(layout, [shell("sleep 300", layout)])

    assert pid(layout) == first is not None


def test_changed_settings_replace_it(layout: Layout) -> None:
    supervision.bring_up(layout, [shell("sleep 300", layout)])
    first = pid(layout)

    supervision.bring_up(layout, [shell("sleep 300", layout, setting="new")])

    assert pid(layout) not in {first, None}


def test_one_that_ends_shows_its_last_words_and_what_to_do(layout: Layout, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "APPEARS_WITHIN", 0.3)
    with pytest.raises(SandboxError, match=r"shell ended: see `python -m sandbox logs shell`") as refused:
        supervision.bring_up(layout, [shell("echo port taken; exit 1", layout, probe=lambda: "refused")])

    # Once or more: whether it was seen alive, and so started again, is a matter of moments.
    assert set(refused.value.log.splitlines()) == {"port taken"}


def test_one_that_ends_before_it_works_is_started_again(layout: Layout, tmp_path: Path) -> None:
    tried, asked, works = tmp_path / "tried", tmp_path / "asked", tmp_path / "works"
    script = (
        f"[ -e {tried} ] && touch {works} && exec sleep 300; touch {tried}; until [ -e {asked} ]; do sleep 0.1; done"
    )

    def probe() -> str | None:
        asked.touch()
        return None if works.exists() else "not yet"

    supervision.bring_up(layout, [shell(script, layout, probe=probe)])

    assert pid(layout)


def test_one_that_never_works_is_reported_with_the_reason(layout: Layout, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervision, "PATIENCE", 0.5)
    with pytest.raises(SandboxError, match=r"shell does not work after \S+ s \(not ready\)"):
        supervision.bring_up(layout, [shell("sleep 300", layout, probe=lambda: "not ready")])


def test_one_that_was_about_to_end_when_we_came_is_started_again(layout: Layout) -> None:
    supervision.bring_up(layout, [shell("sleep 300", layout)])
    first = processes.component(layout.cluster, "shell")
    assert first is not None

    def ends_once() -> str | None:
        if pid(layout) == first.pid:
            processes.end(layout.cluster, [first], grace=0)
            return "gone"
        return None

    supervision.bring_up(layout, [shell("sleep 300", layout, probe=ends_once)])

    assert pid(layout) not in {first.pid, None}


def test_one_that_runs_and_does_not_work_is_replaced(layout: Layout, monkeypatch: pytest.MonkeyPatch) -> None:
    # As an S3 endpoint does whose checkout, and so its Python packages, were removed.
    supervision.bring_up(layout, [shell("sleep 300", layout)])
    first = pid(layout)
    monkeypatch.setattr(supervision, "SETTLES_WITHIN", 0.2)

    supervision.bring_up(
        layout, [shell("sleep 300", layout, probe=lambda: "500" if pid(layout) in {first, None} else None)]
    )

    assert pid(layout) not in {first, None}


def test_one_that_is_only_busy_is_left_alone(layout: Layout) -> None:
    supervision.bring_up(layout, [shell("sleep 300", layout)])
    first = pid(layout)
    answers = iter(["busy", "busy", None])

    supervision.bring_up(layout, [shell("sleep 300", layout, probe=lambda: next(answers))])

    assert pid(layout) == first


def test_only_the_end_of_a_log_is_shown(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text("".join(f"line {number}\n" for number in range(100)))

    assert supervision.tail(log, 2) == "line 98\nline 99"
    assert supervision.tail(tmp_path / "none", 2) == ""
