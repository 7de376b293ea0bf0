import re

import pytest

from slipway.pipeline.comment import LIMIT, MARKER, SHOWN, comment
from slipway.pipeline.plan import Plan, plan
from tests.slipway.pipeline.engine import problem, ran, released, step, violation
from tests.slipway.pipeline.test_markdown import html


def row(text: str) -> str:
    """The overview's row of slipway/prod."""
    return next(line for line in text.splitlines() if "`slipway/prod`" in line and line.startswith("|"))


def made(count: int, kind: str = "kubernetes:core/v1:ConfigMap") -> list[dict[str, object]]:
    paths: dict[str, object] = {f"spec.a[{number}].b": {} for number in range(9)}
    return [step("update", kind, f"thing-{number}", detailedDiff=paths) for number in range(count)]


def test_nothing_to_change_is_one_row() -> None:
    text = comment([plan("slipway/prod", ran())], "abc1234")
    assert text == (
        f"{MARKER}\n### What `pulumi up` would do at `abc1234`\n\n|  | stack | would |\n| --- | --- | --- |\n"
        "| ✅ | `slipway/prod` | change nothing |\n"
    )


@pytest.mark.parametrize(
    ("events", "said"),
    [
        (released("1.0.0", "1.1.0"), "| 📦 | `slipway/prod` | **release** `tiny_model` 1.0.0 → 1.1.0 |"),
        (
            released("1.0.0", "1.0.0", image="127.0.0.1:1/x@sha256:2"),
            "| 📦 | `slipway/prod` | **release** `tiny_model` 1.0.0 with another image |",
        ),
        (
            [*released("1.0.0", "1.1.0"), *made(2)],
            "| 🔧 | `slipway/prod` | **release** `tiny_model` 1.0.0 → 1.1.0, update 4, replace 1 |",
        ),
        (made(1), "| 🔧 | `slipway/prod` | update 1 |"),
    ],
)
def test_a_release_is_said_to_be_one(events: list[dict[str, object]], said: str) -> None:
    assert row(comment([plan("slipway/prod", ran(*events))])) == said


def test_many_releases_stay_one_row() -> None:
    events = [one for number in range(6) for one in released("1.0.0", "1.1.0", f"model{number}")]
    assert row(comment([plan("slipway/prod", ran(*events))])).endswith("`model2` 1.0.0 → 1.1.0, release 3 more |")


def test_a_violation_is_open_to_see() -> None:
    text = comment([plan("slipway/prod", ran(violation("a `|` b"), code=1))])
    assert row(text) == "| ⛔ | `slipway/prod` | **be refused**: 1 violation of mandatory policies |"
    assert "<details open><summary>slipway/prod: 1 violation, so nothing would be changed</summary>" in text
    assert "<td><code>a `|` b</code></td>" in html(text)


def test_an_error_is_open_to_see() -> None:
    text = comment([plan("slipway/prod", ran(problem("it ```broke``` @all"), code=1))])
    assert row(text) == "| ❌ | `slipway/prod` | **fail** |"
    assert "<details open><summary>slipway/prod: why it would fail</summary>" in text
    assert "it ```broke``` @all" in html(text)


def test_a_hundred_changes_stay_readable() -> None:
    text = comment([plan("slipway/prod", ran(*made(100), *made(30, "kubernetes:core/v1:Secret")))])
    listed = re.findall(r"^\| update \| `ConfigMap` `thing-\d+` \|", text, re.MULTILINE)
    assert len(listed) == SHOWN
    assert "… and 90 more:" in text
    assert "| update | `ConfigMap` | 60 |" in text
    assert "| update | `Secret` | 30 |" in text
    assert "`spec.a[4].b`, 4 more |" in text
    assert len(text) < 12_000


def test_the_overview_is_whole_and_the_size_bounded_whatever_there_is() -> None:
    paths: dict[str, object] = {f"{'y' * 200}[{index}]": {} for index in range(50)}
    long = [
        step("update", "kubernetes:core/v1:ConfigMap", f"{'x' * 300}{number}", detailedDiff=paths)
        for number in range(500)
    ]
    plans = [plan(f"slipway/stack{number}", ran(*long, problem("z" * 5000), code=1)) for number in range(12)]
    text = comment(plans)
    assert len(text) <= LIMIT
    assert text.count("| ❌ |") == 12
    assert re.search(r"\d+ of 12 details don't fit here: the job's log has them\.\n$", text)
    shown = html(text)
    assert shown.count("<details") == shown.count("</details>")


def test_advice_is_folded() -> None:
    text = comment([plan("slipway/prod", ran(violation(level="advisory")))])
    assert "| ✅ |" in text
    assert "<details><summary>slipway/prod: 1 remark of policies</summary>" in text


def test_stacks_come_in_the_order_given() -> None:
    text = comment([Plan.model_validate({"stack": name, "verdict": "nothing"}) for name in ("b/x", "a/y")])
    assert text.index("b/x") < text.index("a/y")
