import pytest

from slipway.pipeline.comment import LIMIT
from slipway.pipeline.drift import MARKER, drifted, issue
from slipway.pipeline.plan import plan
from tests.slipway.pipeline.engine import problem, ran, step
from tests.slipway.pipeline.test_markdown import html

CHANGED = ran(step("update", "kubernetes:core/v1:Service", "x", detailedDiff={"spec.type": {}}))


@pytest.mark.parametrize(("runs", "is_drift"), [([ran()], False), ([ran(), CHANGED], True), ([ran(code=1)], True)])
def test_a_stack_that_would_change_or_can_t_be_looked_at_is_drift(runs: list[object], is_drift: bool) -> None:
    assert drifted([plan("slipway/prod", one) for one in runs]) is is_drift  # pyright: ignore[reportArgumentType]


def test_the_issue_names_what_differs_and_the_remedy() -> None:
    text = issue([plan("slipway/staging", ran()), plan("slipway/prod", CHANGED)], "abc1234")
    assert text.startswith(f"{MARKER}\n### What `pulumi up` would do at `abc1234`")
    assert "`Service` `x` | `spec.type` |" in text
    assert "slipway/staging" not in text
    assert "pulumi up --refresh -s STACK" in text


def test_a_night_that_could_not_look_says_so() -> None:
    assert issue([plan("slipway/prod", ran())]) == (
        f"{MARKER}\nA stack could not be looked at, and the others are what they should be: the night's run says why.\n"
    )


def test_it_is_bounded_and_whole() -> None:
    many = [plan(f"slipway/x{number}", ran(problem("z" * 5000), code=1)) for number in range(100)]
    text = issue(many)
    assert len(text) <= LIMIT + 100
    assert html(text).count("<details") == html(text).count("</details>")
    assert text.rstrip().endswith("first look that finds nothing.")
