import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from modelstore.history import Entry, Event, Figure, History, Served
from slipway.errors import BadInput
from slipway.monitoring.access import Access, Answer, Unreachable
from slipway.monitoring.prometheus import Prometheus
from slipway.monitoring.snapshot import Missing
from slipway.releases.report import choose, document, file_name, page, tries

BEGAN = datetime(2026, 11, 29, 12, tzinfo=UTC)
OLD, NEW = "1a2b3c4d5e", "3c4d5e6f70"
DIGEST = f"sha256:{'a' * 64}"
WRONG = "errors: 5.1 % failed, of the stable's 0.1 %"


def entry(number: int, event: Event, version: str = "1.1.0", release: str = NEW, **more: Any) -> Entry:
    return Entry(
        number=number, namespace="serving", model="pump", event=event, at=BEGAN + timedelta(seconds=40 * number),
        release=release, attempt=more.pop("attempt", 1), version=version, manifest=DIGEST, image=f"x@{DIGEST}", **more,
    )  # fmt: skip


ABORTED = History(
    (
        entry(1, Event.RELEASED, "1.0.0", OLD),
        entry(2, Event.PROMOTED, "1.0.0", OLD),
        entry(3, Event.RELEASED, previous=Served(release=OLD, version="1.0.0"), commit="c" * 40),
        entry(
            4,
            Event.ABORTED,
            reason=WRONG,
            figures={
                "p99": Figure(value=12, limit=100, canary=0.021, stable=0.02),
                "errors": Figure(value=312.4, limit=100, canary=0.051, stable=0.001),
                "golden": Figure(value=1),
                "slow": Figure(value=-0.0, limit=100, canary=0.004, stable=0.004),
                "invalid": Figure(value=-80, limit=100, canary=0, stable=0.01),
            },
        ),
        entry(5, Event.RELEASED, attempt=2),
    )
)


class Fake:
    """A Prometheus that knows both releases."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def ask(self, path: str, parameters: Mapping[str, str]) -> Answer:
        query = parameters["query"]
        self.asked.append(query)
        labels = [
            {"namespace": "serving", "model": "pump", "model_version": version, "release": release}
            for version, release in (("1.0.0", OLD), ("1.1.0", NEW))
        ]
        if path.endswith("query_range"):
            start = float(parameters["start"])
            series = [{"metric": one, "values": [[start, "1"], [start + 5, "2"]]} for one in labels]
            return told("matrix", series)
        ends = [("0.5", "0.25"), ("+Inf", "1")]
        return told(
            "vector", [{"metric": one | {"le": le}, "value": [0, share]} for one in labels for le, share in ends]
        )


def told(kind: str, result: list[Any]) -> Answer:
    return Answer(200, json.dumps({"status": "success", "data": {"resultType": kind, "result": result}}).encode())


def now() -> datetime:
    return BEGAN + timedelta(hours=1)


def shown(history: History = ABORTED, wanted: str | None = "1.1.0", fake: Fake | None = None) -> dict[str, Any]:
    prometheus = Prometheus(Access("somewhere", (fake or Fake()).ask))
    return document(choose(history, wanted), "serving", "pump", prometheus, now)


def first_try() -> dict[str, Any]:
    history = History(ABORTED.entries[:4])
    return shown(history)


def test_each_try_is_a_report_of_its_own() -> None:
    assert [[one.number for one in tried.entries] for tried in tries(ABORTED)] == [[1, 2], [3, 4], [5]]
    assert [tried.over for tried in tries(ABORTED)] == [True, True, False]


def test_a_release_that_came_back_later_is_another_one() -> None:
    again = History((*ABORTED.entries[:2], entry(3, Event.ROLLED_BACK, "1.0.0", OLD)))
    assert [[one.number for one in tried.entries] for tried in tries(again)] == [[1, 2], [3]]


@pytest.mark.parametrize(("wanted", "last"), [(None, 5), ("1.1.0", 5), (NEW[:4], 5), (OLD, 2), ("1.0.0", 2)])
def test_the_last_one_of_what_is_named_is_shown(wanted: str | None, last: int) -> None:
    assert choose(ABORTED, wanted).last.number == last


def test_what_is_not_there_is_refused_with_what_is() -> None:
    with pytest.raises(BadInput, match=rf"--release 2\.0\.0 .*1\.0\.0 \({OLD}\), 1\.1\.0 \({NEW}\)"):
        choose(ABORTED, "2.0.0")
    with pytest.raises(BadInput, match="nothing was released"):
        choose(History(), None)


def test_it_says_what_became_of_it_and_why() -> None:
    found = first_try()
    assert (found["title"], found["verdict"], found["level"], found["reason"]) == (
        "pump 1.1.0",
        "aborted",
        "bad",
        WRONG,
    )
    assert [(one["what"], one["at"]) for one in found["timeline"]] == [
        ("released", "2026-11-29 12:02:00"),
        ("aborted", "2026-11-29 12:02:40"),
    ]
    facts = {one["name"]: one["text"] for one in found["facts"]}
    assert facts["commit"] == "c" * 40
    assert facts["served before"] == f"1.0.0 · {OLD}"
    assert (facts["release"], facts["manifest"]) == (NEW, DIGEST)
    assert found["timeline"][0]["entry"] == f"entry 3, commit {'c' * 12}"


def test_what_speaks_against_it_comes_first() -> None:
    found = first_try()["judged"]
    assert [(one["metric"], one["bad"], one["canary"], one["stable"], one["value"]) for one in found] == [
        ("errors", True, "5.1 %", "0.1 %", "312 %"),
        ("golden", False, "1", "–", "–"),  # noqa: RUF001 - a dash
        ("slow", False, "4 ms", "4 ms", "0 %"),
        ("p99", False, "21 ms", "20 ms", "12 %"),
        ("invalid", False, "0 %", "1 %", "0 %"),
    ]
    assert all(one["about"] for one in found)


def test_a_release_that_goes_on_is_shown_up_to_now() -> None:
    found = shown()
    assert (found["verdict"], found["level"]) == ("under way", "plain")
    assert found["tiles"][0]["text"] == "56 min 40 s"


def test_only_both_releases_are_asked_for_and_only_that_time() -> None:
    fake = Fake()
    found = document(
        choose(History(ABORTED.entries[:4]), None), "serving", "pump", Prometheus(Access("x", fake.ask)), now
    )
    assert all(f'release=~"{NEW}|{OLD}"' in one or f'release="{NEW}"' in one for one in fake.asked)
    assert all('namespace="serving",model="pump"' in one for one in fake.asked)
    (bars,) = [one for one in fake.asked if "value_bucket" in one]
    assert "[160s]" in bars  # 40, and a minute before and after
    lines = next(one for one in found["panels"] if one["key"] == "requests")
    assert lines["axes"]["xaxis"]["range"] == ["2026-11-29 12:01:00", "2026-11-29 12:03:40"]
    assert [one["text"] for one in lines["marks"]] == ["released", "aborted"]


def test_each_version_has_its_colour_in_every_panel() -> None:
    panels = {one["key"]: one for one in first_try()["panels"]}
    colours = {
        key: [trace["line"]["color"] for trace in panels[key]["traces"]] for key in ("requests", "failed", "ready")
    }
    assert len({tuple(one) for one in colours.values()}) == 1
    assert len(set(colours["requests"])) == 2
    assert [trace["marker"]["color"] for trace in panels["distribution"]["traces"]] == colours["requests"]


def test_without_prometheus_it_says_so_and_shows_the_rest() -> None:
    tried = choose(ABORTED, OLD)
    found = document(tried, "serving", "pump", Missing("nobody answers", now()), now)
    assert all(one["missing"] == "nobody answers" and one["traces"] == [] for one in found["panels"])
    assert found["source"].endswith("without Prometheus: nobody answers")
    assert found["verdict"] == "promoted"

    def silent(path: str, parameters: Mapping[str, str]) -> Answer:
        raise Unreachable("it went away")

    found = document(tried, "serving", "pump", Prometheus(Access("x", silent)), now)
    assert {one["missing"] for one in found["panels"]} == {"it went away"}


def test_a_first_release_has_nothing_beside_it() -> None:
    found = document(choose(ABORTED, OLD), "serving", "pump", Prometheus(Access("x", Fake().ask)), now)
    assert {one["name"]: one["text"] for one in found["facts"]}["served before"] == "none"


def test_the_page_needs_nothing_else_and_runs_no_text() -> None:
    nasty = "</script><script>alert(1)</script><!--style-->"
    history = History((entry(1, Event.RELEASED), entry(2, Event.ABORTED, reason=nasty)))
    whole = page(shown(history))
    assert "alert(1)</script>" not in whole
    (told_,) = re.findall(r'<script type="application/json" id="document">(.*?)</script>', whole, re.DOTALL)
    assert json.loads(told_)["reason"] == nasty
    outside = whole.replace(told_, "")
    head, _, rest = outside.partition("<script>")
    assert "<!--" not in head
    assert "default-src 'none'" in head
    assert [one for one in re.findall(r'(?:src|href)="([^"]*)"', head) if not one.startswith("data:")] == []
    assert 'byId("document")' in rest


def test_a_file_is_named_after_its_release() -> None:
    assert file_name("pump", choose(ABORTED, OLD)) == f"pump-1.0.0-{OLD}.html"
    assert file_name("pump", choose(ABORTED, None)) == f"pump-1.1.0-{NEW}-2.html"
