"""The local stacks' configuration: copies of the committed files, with what only this machine knows filled in.

They lie in the state directory, so running never dirties the checkout. The platform's copy holds nothing else and is
written anew each time. The serving stack's is its user's: a release is an edit of it, which `make up` must not undo.
"""

import copy
import hashlib
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, TypeAlias, cast

import yaml
from rich.text import Text

from sandbox import files
from sandbox.errors import SandboxError
from sandbox.progress import console
from sandbox.state import State

CHECKOUT: Final = Path(__file__).parents[2]
Config: TypeAlias = dict[str, Any]

_ANEW: Final = "# Written by `{command}` from {source}: changes here are lost at the next one.\n"
_KEPT: Final = """\
# Yours: change it, then `pulumi up` or `{command}`. It was made from {source} and is made anew only when that says
# something else. `{command}` fills in the image or its base, and the manifest of the versions that it publishes.
"""
_UP: Final = "make up"


def platform_file(state: State, environment: str = "local") -> Path:
    """The configuration of an environment's platform stack in the state directory."""
    return state.pulumi / "stacks" / f"platform.{environment}.yaml"


def serving_file(state: State, name: str = "local") -> Path:
    """A serving stack's configuration in the state directory."""
    return state.pulumi / "stacks" / f"serving.{name}.yaml"


def as_it_is(config: Config) -> Config:
    """The configuration, for where no other is wanted than the committed one."""
    return config


def at(config: Config, path: str) -> Any:
    """What a stack's configuration has at `path`, in the form that `filled` takes; None where it has nothing."""
    place: Any = config["config"]
    for name in path.split("."):
        place = cast("Config", place).get(name) if isinstance(place, dict) else None
    return place


def filled(config: Config, values: Mapping[str, Any]) -> Config:
    """`config` with each of `values` in its place.

    Args:
        config: a stack's configuration, as read from its YAML.
        values: from a path like `slipway:models.maintenance_predictor.manifest` to the value there; the part
            before the first dot is a configuration key.

    Raises:
        KeyError: a path leads through something that the configuration lacks.
    """
    result = copy.deepcopy(config)
    for path, value in values.items():
        key, *inner = path.split(".")
        place = result["config"]
        for name in [key, *inner][:-1]:
            place = place.setdefault(name, {}) if name == key else place[name]
        place[[key, *inner][-1]] = value
    return result


def write(
    source: Path,
    target: Path,
    known: Callable[[Config], Mapping[str, Any]],
    adapt: Callable[[Config], Config] = as_it_is,
    command: str = _UP,
) -> Path:
    """Write `source`, with what only this machine knows, to `target`, which holds nothing of the user's.

    What Pulumi itself keeps in the file (the salt of its encryption) is taken over from an earlier `target`.

    Args:
        source: the committed configuration.
        target: the stack's configuration in the state directory.
        known: what this machine knows of what a configuration asks for, as `filled` takes it.
        adapt: makes of the committed configuration the one that suits this machine.
        command: what writes it, for people.
    """
    committed = adapt(read(source))
    fresh = _with_salt(filled(committed, known(committed)), _present(target))
    return _save(fresh, target, _ANEW.format(source=source.relative_to(CHECKOUT), command=command))


def keep(
    source: Path,
    target: Path,
    known: Callable[[Config], Mapping[str, Any]],
    adapt: Callable[[Config], Config] = as_it_is,
    command: str = _UP,
) -> Path:
    """Leave `target` as its user has it, but for what only this machine knows.

    It is made from `source` at first, and again when `source` says something else than at that time. Then the former
    one stays beside it, and a line says where. The salt of Pulumi's encryption always stays.

    Args:
        source: the committed configuration.
        target: the stack's configuration in the state directory.
        known: what this machine knows of what a configuration asks for, as `filled` takes it.
        adapt: makes of the committed configuration the one that suits this machine.
        command: what fills it in, for people.

    Raises:
        SandboxError: `target` can't be read.
    """
    committed, present = adapt(read(source)), _present(target)
    header = _KEPT.format(source=source.relative_to(CHECKOUT), command=command)
    made_from, digest = target.with_name(f"{target.name}.source"), f"{_digest(committed)}\n"
    if present is not None and made_from.exists() and made_from.read_text() == digest:
        wanted = filled(present, known(present))
        # Written only if something is new, because writing loses the user's comments.
        return target if wanted == present else _save(wanted, target, header)
    fresh = _with_salt(filled(committed, known(committed)), present)
    # A run that was killed after the next lines finds its own work, which must not take the former one's place.
    if present not in (None, fresh):
        former = files.write(target.with_name(f"{target.name}.before"), target.read_text())
        told = f"{source.name} has changed, so {target} is made anew from it; copy what you want back from {former}"
        console.print(Text(told, style="yellow"))
    _save(fresh, target, header)
    files.write(made_from, digest)
    return target


def _digest(committed: Config) -> str:
    """The SHA-256 of what a configuration says, whatever its comments and its layout."""
    return hashlib.sha256(json.dumps(committed, sort_keys=True).encode()).hexdigest()


def _present(file: Path) -> Config | None:
    return read(file) if file.exists() else None


def read(file: Path) -> Config:
    """A stack's configuration, as its YAML says it.

    Raises:
        SandboxError: it is none.
    """
    try:
        content = yaml.safe_load(file.read_text())
    except yaml.YAMLError as error:
        raise SandboxError(f"{file} is no YAML, {' '.join(str(error).split())}: correct it") from None
    if not isinstance(content, dict) or not isinstance(cast("Config", content).get("config"), dict):
        raise SandboxError(f"{file} has no `config:` with values below it: correct it")
    return cast("Config", content)


def _with_salt(config: Config, earlier: Config | None) -> Config:
    salt = (earlier or {}).get("encryptionsalt")
    return {**config, "encryptionsalt": salt} if salt else config


def _save(config: Config, target: Path, header: str) -> Path:
    return files.write(target, header + yaml.safe_dump(config, sort_keys=False))
