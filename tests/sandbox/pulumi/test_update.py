"""Following an update, with a program in the place of the Pulumi CLI."""

import json
from pathlib import Path

import pytest

from sandbox.pulumi import EngineError, Kind, update
from sandbox.pulumi.cli import Cli
from sandbox.state import State

CREATED = {"resOutputsEvent": {"metadata": {"op": "create", "urn": "urn:pulumi:s::p::t::one", "type": "t"}}}


def run(folder: Path, *lines: str) -> list[tuple[Kind, str]]:
    """Run an update that writes these lines, and then the file `end`."""
    state = State(folder / "state")
    state.bin.mkdir(parents=True)
    (folder / "lines").write_text("\n".join([*lines, json.dumps(CREATED), ""]))
    (state.bin / "pulumi").write_text(f"#!/bin/sh\ncat {folder}/lines\ntouch {folder}/end\n")
    (state.bin / "pulumi").chmod(0o755)
    done = update.run(Cli(state, folder), "up", folder / "log", "up")
    return [(change.kind, change.name) for change in done]


def test_a_line_that_is_no_event_is_shown_and_passed_over(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path, "warning: [careful]", "") == [(Kind.CREATE, "one")]

    assert "warning: [careful]" in capsys.readouterr().err


def test_an_event_that_cannot_be_read_ends_nothing_but_what_was_done_is_not_known(tmp_path: Path) -> None:
    strange = {"resOutputsEvent": {"metadata": "of a newer form"}}

    with pytest.raises(EngineError, match=r"up went through; .*\n1 of its events can't be read"):
        run(tmp_path, json.dumps(strange))

    assert (tmp_path / "end").exists()
