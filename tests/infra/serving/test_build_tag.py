from pathlib import Path

import pytest

from infra.serving.build_tag import tag
from tests.infra import stacks

IGNORE = "*\n!service\n**/__pycache__\n"


@pytest.fixture
def context(tmp_path: Path) -> Path:
    for path, content in {
        ".dockerignore": IGNORE,
        "Dockerfile": "FROM base",
        "service/app.py": "a",
        "service/inner/b.py": "b",
        "docs/guide.md": "c",
    }.items():
        file = tmp_path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content)
    return tmp_path


def of(context: Path, base: str = "python:3.11", stack: str = "staging") -> str:
    return tag(stack, context, context / "Dockerfile", base)


def test_it_says_its_stack_and_is_the_same_for_the_same(context: Path) -> None:
    assert of(context) == of(context)
    assert of(context).startswith("staging-")
    assert len(of(context)) == len("staging-") + 12


@pytest.mark.parametrize("path", ["service/app.py", "service/inner/b.py", "service/new.py", "Dockerfile"])
def test_other_content_has_another(context: Path, path: str) -> None:
    before = of(context)
    (context / path).write_text("changed")
    assert of(context) != before


def test_a_file_of_another_name_has_another(context: Path) -> None:
    before = of(context)
    (context / "service/inner/b.py").rename(context / "service/inner/c.py")
    assert of(context) != before


def test_another_base_has_another(context: Path) -> None:
    assert of(context) != of(context, "python:3.12")


@pytest.mark.parametrize("path", ["docs/guide.md", "service/__pycache__/app.pyc", "README.md"])
def test_what_no_image_gets_makes_no_other(context: Path, path: str) -> None:
    before = of(context)
    (context / path).parent.mkdir(exist_ok=True)
    (context / path).write_text("changed")
    assert of(context) == before


def test_without_a_list_of_what_is_let_in_all_counts(context: Path) -> None:
    (context / ".dockerignore").unlink()
    before = of(context)
    (context / "docs/guide.md").write_text("changed")
    assert of(context) != before


def test_the_image_is_tagged_so_in_every_stack() -> None:
    tags = {stack: stacks.serving(stack).one("Image")["tags"][0] for stack in ("local", "staging")}
    for stack, found in tags.items():
        assert found.rpartition(":")[2].startswith(f"{stack}-")
