"""Whether a command line is one that `slipway` or `make` takes: by the program's own description of itself."""

import re
from typing import Any

import click
import typer

from slipway.cli import app
from tests.infra.stacks import CHECKOUT


def check(words: list[str]) -> None:
    """Fail if a call is of something that isn't there."""
    program, *rest = words
    if program == "make":
        targets = re.findall(r"^([a-z]+):", (CHECKOUT / "Makefile").read_text(), re.MULTILINE)
        assert [one for one in rest if not one.startswith("-") and "=" not in one] != []
        assert {one for one in rest if "=" not in one} <= set(targets), words
        return
    command: Any = typer.main.get_command(app)
    while isinstance(command, click.Group) or hasattr(command, "commands"):
        name = rest.pop(0)
        assert name in command.commands, f"{' '.join(words)}: no {name}"
        command = command.commands[name]
    known = {option: one for one in command.params for option in one.opts}
    values = 0
    while rest:
        word = rest.pop(0)
        if word == "$AGAIN":  # a flag, or nothing
            continue
        if not word.startswith("-"):
            values += 1
            continue
        assert word in known, f"{' '.join(words)}: no {word}"
        if not known[word].is_flag:
            rest.pop(0)
    arguments = [one for one in command.params if one.param_type_name == "argument"]
    assert values <= len(arguments) or any(one.nargs == -1 for one in arguments), words
    assert values >= sum(one.required for one in arguments), words
