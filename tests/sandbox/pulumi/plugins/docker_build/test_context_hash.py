"""What a build sees decides whether there is a new one, and nothing else does."""

# The changes are lambdas over paths, which no checker can type.
# pyright: reportUnknownMemberType=false, reportUnknownArgumentType=false, reportUnknownLambdaType=false

import os
from typing import Any

import pytest

from sandbox.pulumi.plugins.docker_build.context import context_hash


@pytest.fixture
def of(folder: Any) -> Any:
    return lambda: context_hash(
        {"context": {"location": str(folder)}, "dockerfile": {"location": str(folder / "Dockerfile")}}
    )


def test_the_same_files_give_the_same_hash_wherever_they_are(of: Any, folder: Any, tmp_path_factory: Any) -> None:
    import shutil

    copy = tmp_path_factory.mktemp("copy") / "context"
    shutil.copytree(folder, copy)
    elsewhere = {"context": {"location": str(copy)}, "dockerfile": {"location": str(copy / "Dockerfile")}}
    assert of() == context_hash(elsewhere)


@pytest.mark.parametrize(
    "change",
    [
        lambda folder: (folder / "hello").write_text("other"),
        lambda folder: (folder / "hello").chmod(0o755),
        lambda folder: (folder / "hello").rename(folder / "renamed"),
        lambda folder: (folder / "new").touch(),
        lambda folder: (folder / "empty").mkdir(),
        lambda folder: (folder / "folder").chmod(0o700),
        lambda folder: (folder / "link").symlink_to("hello"),
        lambda folder: (folder / "Dockerfile").write_text("FROM scratch\n"),
        lambda folder: (folder / ".dockerignore").write_text("hello\n"),
    ],
)
def test_every_change_that_a_build_can_see_changes_the_hash(of: Any, folder: Any, change: Any) -> None:
    (folder / "folder").mkdir(mode=0o755)
    before = of()
    change(folder)
    assert of() != before


def test_times_do_not_count(of: Any, folder: Any) -> None:
    before = of()
    os.utime(folder / "hello", (1, 1))
    assert of() == before


def test_where_a_link_points_counts(of: Any, folder: Any) -> None:
    (folder / "link").symlink_to("hello")
    before = of()
    (folder / "link").unlink()
    (folder / "link").symlink_to("Dockerfile")
    assert of() != before


def test_an_ignored_dockerfile_still_counts(of: Any, folder: Any) -> None:
    (folder / ".dockerignore").write_text("*\n")
    before = of()
    (folder / "Dockerfile").write_text("FROM scratch\n")
    assert of() != before
