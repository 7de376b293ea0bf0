"""`.dockerignore` as Docker reads it."""

# The changes are lambdas over paths, which no checker can type.
# pyright: reportUnknownMemberType=false, reportUnknownArgumentType=false, reportUnknownLambdaType=false

from pathlib import PurePosixPath
from typing import Any

import pytest

from sandbox.pulumi.plugins.docker_build.ignore import members, patterns

TREE = [".git/config", "a.py", "b.txt", "docs/a.md", "src/a.py", "src/deep/a.py", "src/deep/b.txt", "venv/lib/x.py"]


@pytest.fixture
def tree(tmp_path: Any) -> Any:
    for name in TREE:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    return tmp_path


@pytest.mark.parametrize(
    ("lines", "kept"),
    [
        ("", TREE),
        ("# a comment\n\n.git\nvenv/\n", ["a.py", "b.txt", "docs/a.md", "src/a.py", "src/deep/a.py", "src/deep/b.txt"]),
        ("*", []),
        ("*\n!src\n", ["src/a.py", "src/deep/a.py", "src/deep/b.txt"]),
        ("*\n!src/deep/a.py\n", ["src/deep/a.py"]),
        ("*\n!src\nsrc/deep\n", ["src/a.py"]),
        ("*.py", [name for name in TREE if name != "a.py"]),
        ("**/*.py", [".git/config", "b.txt", "docs/a.md", "src/deep/b.txt"]),
        ("*\n!**/*.txt\n", ["b.txt", "src/deep/b.txt"]),
        ("/src", [".git/config", "a.py", "b.txt", "docs/a.md", "venv/lib/x.py"]),
        ("src/*/a.py", [name for name in TREE if name != "src/deep/a.py"]),
        ("?.py", [name for name in TREE if name != "a.py"]),
        ("[ab].txt", [name for name in TREE if name != "b.txt"]),
        ("src/**", [".git/config", "a.py", "b.txt", "docs/a.md", "venv/lib/x.py"]),
    ],
)
def test_the_last_pattern_that_matches_decides(tree: Any, lines: Any, kept: Any) -> None:
    (tree / ".dockerignore").write_text(lines)
    _, rules = patterns(tree, None)
    found = {str(path) for path in members(tree, rules) if (tree / path).is_file()} - {".dockerignore"}
    assert found == set(kept)


def test_the_dockerfiles_own_ignore_file_comes_first(tree: Any) -> None:
    (tree / ".dockerignore").write_text("*")
    (tree / "Dockerfile.dockerignore").write_text("venv")
    file, rules = patterns(tree, tree / "Dockerfile")
    assert file == tree / "Dockerfile.dockerignore"
    assert PurePosixPath("a.py") in members(tree, rules)


def test_ignored_folders_are_not_even_looked_into(tree: Any, monkeypatch: Any) -> None:
    import os

    (tree / ".dockerignore").write_text("*\n!src/deep\n")
    _, rules = patterns(tree, None)
    looked: list[str] = []
    real = os.scandir
    monkeypatch.setattr(os, "scandir", lambda path: looked.append(str(path)) or real(path))
    assert len(list(members(tree, rules))) == 3
    assert [path.removeprefix(str(tree)) for path in looked] == ["", "/src", "/src/deep"]


def test_folders_belong_to_it_unless_they_are_ignored(tree: Any) -> None:
    (tree / "empty").mkdir()
    (tree / ".dockerignore").write_text("venv\n.git\n*.md\n")
    _, rules = patterns(tree, None)
    folders = [str(path) for path in members(tree, rules) if (tree / path).is_dir()]
    assert folders == ["docs", "empty", "src", "src/deep"]
