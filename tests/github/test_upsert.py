"""What a pipeline says to GitHub, by a `gh` that keeps all of it in a file."""

import json
import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.github.workflows import GITHUB, Object
from tests.slipway.pipeline.repository import Repository

GH = """\
#!/usr/bin/env python3
import json, os, sys
words, path = sys.argv[1:], os.environ["SAID"]
said = json.load(open(path))
said["calls"].append(words)
def option(name, otherwise=""):
    return words[words.index(name) + 1] if name in words else otherwise
def listed(kind):
    found = [one for one in said[kind] if option("--state", "open") in ("all", one["state"])]
    return found[:int(option("--limit", "30"))]
if words[0] == "api":
    [place] = [one for one in words if one.startswith("repos/")]
    *repository, of, last = place.split("/")
    assert repository == ["repos", "example", "slipway", "issues"]
    if "--paginate" in words:
        assert last == "comments"
        print(json.dumps(said["comments"][of]))
    else:
        body = open(option("-F").removeprefix("body=@")).read()
        every = [one for comments in said["comments"].values() for one in comments]
        if "PATCH" in words:
            assert of == "comments"
            [found] = [one for one in every if one["id"] == int(last)]
            found["body"] = body
        else:
            assert last == "comments"
            said["comments"][of].append({"id": 1 + len(every), "body": body, "user": {"type": "Bot"}})
elif words[0] != "auth":
    assert option("--repo") == "example/slipway"
    if words[:2] == ["issue", "list"]:
        print(json.dumps(listed("issues")))
    elif words[:2] == ["issue", "create"]:
        made = {"title": option("--title"), "body": open(option("--body-file")).read()}
        said["issues"].append({"number": 1 + len(said["issues"]), "state": "open", **made})
    elif words[0] == "issue":
        [found] = [one for one in said["issues"] if one["number"] == int(words[2])]
        if words[1] == "close":
            found["state"] = "closed"
        else:
            found["body"] = open(option("--body-file")).read()
    elif words[:2] == ["pr", "list"]:
        print(len([one for one in listed("pulls") if one["head"] == option("--head")]))
    else:
        said["pulls"].append({"state": "open"} | {one: option(f"--{one}") for one in ("base", "head", "title")})
json.dump(said, open(path, "w"))
"""
"""Each call is of what it names, and lists have what GitHub's have when nothing is said: thirty that are open."""


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


def comment(number: int, body: str, by: str = "Bot") -> Object:
    return {"id": number, "body": body, "user": {"type": by}}


def test_a_comment_is_written_once_and_then_updated(github: Github) -> None:
    others = [comment(1, "<!-- other -->"), comment(2, "<!-- ours -->\nquoted by somebody", "User")]
    elsewhere = [comment(3, "<!-- ours -->\non another one")]
    github.have(comments={"4": elsewhere, "5": others})
    github.upsert("comment", "5", github.write("x.md", "<!-- ours -->\nfirst"))
    github.upsert("comment", "5", github.write("x.md", "<!-- ours -->\nsecond"))
    assert github.said["comments"] == {"4": elsewhere, "5": [*others, comment(4, "<!-- ours -->\nsecond")]}


def issue(number: int, body: str, state: str = "open") -> Object:
    return {"number": number, "title": "Drift", "body": body, "state": state}


def test_an_issue_is_opened_updated_and_closed_among_others(github: Github) -> None:
    others = [issue(1, "<!-- ours -->", "closed"), *(issue(number, "<!-- other -->") for number in range(2, 40))]
    github.have(issues=others)
    file = github.write("x.md", "<!-- ours -->\nfirst")
    github.upsert("issue", "Drift", file, "success")
    assert github.said["issues"] == others
    github.upsert("issue", "Drift", file, "failure")
    assert github.said["issues"] == [*others, issue(40, "<!-- ours -->\nfirst")]
    github.upsert("issue", "Drift", github.write("x.md", "<!-- ours -->\nsecond"), "failure")
    assert github.said["issues"] == [*others, issue(40, "<!-- ours -->\nsecond")]
    github.upsert("issue", "Drift", file, "success")
    assert github.said["issues"] == [*others, issue(40, "<!-- ours -->\nsecond", "closed")]


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
    ours = {"head": "revert-abc", "base": "main", "title": "Revert pump", "state": "closed"}
    others = [ours | {"head": "other", "state": "open"}, ours]
    github.have(pulls=others)
    for _ in range(2):
        github.upsert("pull-request", str(told), body, cwd=clone.folder)
    assert github.said["pulls"] == [*others, ours | {"state": "open"}]
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
