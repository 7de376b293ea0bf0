"""What the pages about pipelines tell people to type is there."""

import re

import pytest

from tests.github import cli
from tests.github.workflows import commands, jobs, lines
from tests.infra.stacks import CHECKOUT

PAGES = [CHECKOUT / "docs/guides" / name for name in ("gitlab.md", "pipelines.md")]


def blocks(text: str) -> str:
    """Everything that is indented as code."""
    return "\n".join(line.removeprefix("    ") for line in text.splitlines() if line.startswith("    "))


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.stem)
def test_commands_are_as_the_pages_have_them(page: object) -> None:
    text = blocks(page.read_text())  # pyright: ignore[reportAttributeAccessIssue, reportUnknownArgumentType, reportUnknownMemberType]
    calls = [
        words for line in lines(text) if not line.startswith("script:") for words in commands(line.partition("#")[0])
    ]
    assert len(calls) > 3
    for words in calls:
        cli.check(words)


def test_the_page_for_others_has_every_step_of_the_workflows() -> None:
    page = {
        " ".join(words[:3])
        for line in lines(blocks(PAGES[0].read_text()))
        for words in commands(line.partition("#")[0])
        if not line.startswith("script:")
    }
    ours = {
        " ".join(words[:3] if words[0] == "make" or words[1] == "pipeline" else words[:2])
        for job in jobs()
        for step in job.steps
        for words in commands(step.get("run", ""))
    }
    told = {one if one.startswith(("make", "slipway pipeline")) else " ".join(one.split()[:2]) for one in page}
    assert ours - told == {"make tools", "slipway smoke"}


def test_variables_and_secrets_of_the_workflows_are_on_the_page() -> None:
    page = PAGES[1].read_text()
    text = "\n".join(path.read_text() for path in sorted((CHECKOUT / ".github/workflows").glob("*.yml")))
    names = set(re.findall(r"(?:vars|secrets)\.(\w+)", text))
    names |= {f"{stack}_{name}" for stack in ("STAGING", "PROD") for name in re.findall(r"'\{0\}_(\w+)'", text)}
    assert names
    assert {one for one in names if f"`{one}`" not in page} == set()
