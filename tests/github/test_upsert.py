"""What a pipeline says to GitHub, by a `gh` that keeps all of it in a file."""

import json
import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.github.workflows import GITHUB
from tests.slipway.pipeline.repository import Repository

GH = """\
#!/usr/bin/env python3
import json, os, subprocess, sys
words, path = sys.argv[1:], os.environ["SAID"]
said = json.load(open(path))
said["calls"].append(words)
def body(words):
    return open(next(one for one in words if one.startswith("body=@")).removeprefix("body=@")).read()
if words[:1] == ["api"]:
    place = next(one for one in words if one.startswith("repos/"))
    if "--paginate" in words:
        print(json.dumps([
            {"id": int(number), "body": text, "user": {"type": "User" if "quoted" in text else "Bot"}}
            for number, text in said["comments"].items()
        ]))
    elif "PATCH" in words:
        said["comments"][place.rpartition("/")[2]] = body(words)
    else:
        said["comments"][str(len(said["comments"]) + 1)] = body(words)
elif words[:2] == ["issue", "list"]:
    print(json.dumps(said["issues"]))
elif words[:2] == ["issue", "create"]:
    said["issues"].append({"number": 7, "body": open(words[words.index("--body-file") + 1]).read()})
elif words[:2] == ["issue", "edit"]:
    said["issues"][0]["body"] = open(words[words.index("--body-file") + 1]).read()
elif words[:2] == ["issue", "close"]:
    said["issues"].clear()
elif words[:2] == ["pr", "list"]:
    print(len(said["pulls"]))
elif words[:2] == ["pr", "create"]:
    said["pulls"].append(words[words.index("--title") + 1])
json.dump(said, open(path, "w"))
"""


@dataclass
class Github:
    """What was said to it."""

    folder: Path

    def upsert(self, *arguments: str, cwd: Path | None = None) -> None:
        environment = {
            **os.environ,
            "PATH": f"{self.folder}{os.pathsep}{os.environ['PATH']}",
            "SAID": str(self.folder / "said.json"),
            "GITHUB_REPOSITORY": "example/slipway",
            "GH_TOKEN": "t0ken",
        }
        command: Sequence[str] = [str(GITHUB / "upsert"), *arguments]
        subprocess.run(command, env=environment, cwd=cwd or self.folder, check=True, capture_output=True, text=True)

    @property
    def said(self) -> dict[str, Any]:
        return json.loads((self.folder / "said.json").read_text())

    def have(self, **more: Any) -> None:
        (self.folder / "said.json").write_text(json.dumps({**self.said, **more}))

    def write(self, name: str, text: str) -> str:
        (self.folder / name).write_text(text)
        return name


@pytest.fixture
def github(tmp_path: Path) -> Github:
    folder = tmp_path / "github"
    folder.mkdir()
    (folder / "gh").write_text(GH)
    (folder / "gh").chmod(0o755)
    (folder / "said.json").write_text('{"calls": [], "comments": {}, "issues": [], "pulls": []}')
    return Github(folder)


def test_a_comment_is_written_once_and_then_updated(github: Github) -> None:
    github.have(comments={"1": "<!-- other -->\nstays", "2": "<!-- ours -->\nquoted by somebody"})
    github.upsert("comment", "5", github.write("x.md", "<!-- ours -->\nfirst"))
    github.upsert("comment", "5", github.write("x.md", "<!-- ours -->\nsecond"))
    assert github.said["comments"] == {
        "1": "<!-- other -->\nstays",
        "2": "<!-- ours -->\nquoted by somebody",
        "3": "<!-- ours -->\nsecond",
    }


def test_an_issue_is_opened_updated_and_closed(github: Github) -> None:
    file = github.write("x.md", "<!-- ours -->\nfirst")
    github.upsert("issue", "Drift", file, "success")
    assert github.said["issues"] == []
    github.upsert("issue", "Drift", file, "failure")
    github.upsert("issue", "Drift", github.write("x.md", "<!-- ours -->\nsecond"), "failure")
    assert [one["body"] for one in github.said["issues"]] == ["<!-- ours -->\nsecond"]
    github.upsert("issue", "Drift", file, "success")
    assert github.said["issues"] == []


def test_another_issue_is_left_alone(github: Github) -> None:
    github.have(issues=[{"number": 3, "body": "<!-- other -->"}])
    github.upsert("issue", "Drift", github.write("x.md", "<!-- ours -->\nfirst"), "success")
    assert len(github.said["issues"]) == 1


@pytest.fixture
def clone(tmp_path: Path) -> Repository:
    origin = Repository(tmp_path / "origin")
    origin.commit("x", "1")
    subprocess.run(["git", "clone", "--quiet", origin.folder, tmp_path / "clone"], check=True, capture_output=True)
    found = Repository(tmp_path / "clone")
    found.git("switch", "--quiet", "--create", "revert-abc")
    found.commit("x", "0")
    return found


def test_a_revert_is_pushed_and_proposed_once(github: Github, clone: Repository, tmp_path: Path) -> None:
    told = tmp_path / "revert.json"
    told.write_text(json.dumps({"branch": "revert-abc", "title": "Revert pump", "commits": []}))
    body = str(tmp_path / "body.md")
    Path(body).write_text("why")
    for _ in range(2):
        github.upsert("pull-request", str(told), body, cwd=clone.folder)
    assert github.said["pulls"] == ["Revert pump"]
    assert clone.git("ls-remote", "origin", "revert-abc").startswith(clone.git("rev-parse", "HEAD"))


def test_nothing_to_revert_is_nothing_to_say(github: Github, clone: Repository, tmp_path: Path) -> None:
    empty = tmp_path / "revert.json"
    empty.touch()
    github.upsert("pull-request", str(empty), "none.md", cwd=clone.folder)
    assert github.said["calls"] == []


def test_anything_else_says_how_it_is_called(github: Github) -> None:
    with pytest.raises(subprocess.CalledProcessError) as failed:
        github.upsert("shout")
    assert failed.value.returncode == 2
    assert "upsert comment NUMBER FILE" in failed.value.stderr
