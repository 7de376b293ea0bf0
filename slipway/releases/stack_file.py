"""The stack's file, which says what is wanted: read, edited without losing a comment, and put back.

Everybody may edit it at any time. So it is replaced in one step, only if it still is what was read; and what is put
back is what we have written, not what somebody else has since.
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, Final, Self, TypeAlias, cast

import yaml

from slipway.errors import BadInput, Refused
from slipway.releases.observed import Template

NAMESPACE: Final = "slipway"
"""Of the serving stack's configuration."""

Values: TypeAlias = Mapping[str, str | None]
"""Keys of a model and what they say; None for one that isn't there."""

Edited: TypeAlias = Callable[[bytes, Values], bytes]
"""`Engine.edited`."""


class FileChanged(Refused):
    """Somebody edited the file in the middle of what we did."""


@dataclass(frozen=True)
class StackFile:
    """The file as it was when it was read.

    Attributes:
        path: where it is.
        content: its bytes.
        config: what it says, by key.
    """

    path: Path
    content: bytes
    config: Mapping[str, Any]

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read it.

        Raises:
            BadInput: there is none, or it is none.
        """
        try:
            content = path.read_bytes()
            config = yaml.safe_load(content)["config"]
        except FileNotFoundError:
            raise BadInput(
                f"{path}: there is no such stack file; name it with --config-file, or another --stack"
            ) from None
        except (yaml.YAMLError, KeyError, TypeError) as error:
            raise BadInput(f"{path} is no stack's configuration: {' '.join(str(error).split())}") from None
        if not isinstance(config, dict):
            raise BadInput(f"{path} is no stack's configuration: `config` has no keys")
        return cls(path, content, cast("dict[str, Any]", config))

    def text(self, key: str) -> str:
        """A key of the serving stack that has a text.

        Raises:
            BadInput: it isn't there.
        """
        value = self.config.get(f"{NAMESPACE}:{key}")
        if not isinstance(value, str):
            raise BadInput(f"{self.path}: {NAMESPACE}:{key} is missing; this is no serving stack, or not all of one")
        return value

    @property
    def models(self) -> dict[str, dict[str, Any]]:
        """The models by name.

        Raises:
            BadInput: it has none.
        """
        found = self.config.get(f"{NAMESPACE}:models")
        if not isinstance(found, dict) or not found:
            raise BadInput(f"{self.path}: {NAMESPACE}:models is missing; this is no serving stack, or not all of one")
        return cast("dict[str, dict[str, Any]]", found)

    def model(self, name: str | None) -> str:
        """The name of the model that is meant, which may be left out where there is one.

        Raises:
            BadInput: there is no such model, or several.
        """
        known = ", ".join(self.models)
        if name is None and len(self.models) > 1:
            raise BadInput(f"which model? {self.path} has {known}: name one")
        chosen = name or next(iter(self.models))
        if chosen not in self.models:
            raise BadInput(f"{self.path} has no model {chosen!r}; it has {known}")
        return chosen

    def says(self, model: str, keys: Mapping[str, Any] | list[str]) -> dict[str, str | None]:
        """What these keys of a model say, None for each that isn't there."""
        values = self.models[model]
        return {key: None if values.get(key) is None else str(values[key]) for key in keys}

    def image(self, model: str) -> str | None:
        """The image that the file names for a model, its own or the stack's; None where the stack builds one."""
        return self.says(model, ["image"])["image"] or self.stack_image

    @property
    def stack_image(self) -> str | None:
        """The image of models that name none; None where the stack builds one."""
        stack = self.config.get(f"{NAMESPACE}:image")
        given = cast("dict[str, Any]", stack).get("digest") if isinstance(stack, dict) else None
        return None if given is None else str(given)

    def wants(self, model: str, template: Template) -> bool:
        """Whether it says what pods are made from; of an image that the stack builds it says nothing."""
        said = self.says(model, ["version", "manifest"])
        return said == {"version": template.version, "manifest": template.manifest} and (
            self.image(model) in (None, template.image)
        )

    def replaced(self, model: str, values: Values, edited: Edited) -> Self:
        """The same with other values; nothing is written yet.

        Raises:
            Refused: the edit would change something else.
        """
        paths = {f"{NAMESPACE}:models.{model}.{key}": value for key, value in self._differing(model, values).items()}
        if not paths:
            return self
        content = edited(self.content, paths)
        new = type(self)(self.path, content, yaml.safe_load(content)["config"])
        others = [_without(one.config, model, values) for one in (self, new)]
        if new.says(model, values) != dict(values) or others[0] != others[1]:
            raise Refused(
                f"{self.path}: {NAMESPACE}:models.{model} can't be edited without changing something else; "
                f"write {_shown(values)} into it yourself, then `pulumi up`"
            )
        return new

    def write(self, before: "StackFile") -> None:
        """Put this in the place of `before`, in one step.

        Raises:
            FileChanged: somebody has changed the file since.
        """
        # Through a link, to what it leads to; beside it, because only there a file can be replaced in one step.
        target = self.path.resolve()
        with NamedTemporaryFile(dir=target.parent, prefix=f".{target.name}.", delete=False) as new:
            new.write(self.content)
            new.flush()
            os.fsync(new.fileno())
        try:
            Path(new.name).chmod(target.stat().st_mode & 0o777)
            if self.path.read_bytes() != before.content:
                raise FileChanged(f"{self.path} was changed by somebody else meanwhile: look at it, then call again")
            Path(new.name).replace(target)
        finally:
            Path(new.name).unlink(missing_ok=True)

    def _differing(self, model: str, values: Values) -> dict[str, str | None]:
        now = self.says(model, values)
        return {key: value for key, value in values.items() if value != now[key]}


def put_back(before: StackFile, written: StackFile, model: str, values: Values, edited: Edited) -> StackFile | None:
    """Undo what we have written of a model, and nothing else.

    Args:
        before: the file before we wrote it.
        written: what we wrote.
        model: whose values.
        values: those that we wrote.
        edited: `Engine.edited`.

    Returns:
        The file as it is now; None when somebody has changed these values since, which then are left alone.

    Raises:
        BadInput: the file can't be read any more.
        FileChanged: it was changed at this very moment.
    """
    now = StackFile.read(before.path)
    if now.content == written.content:
        before.write(now)
        return before
    if model not in now.models or now.says(model, values) != dict(values):
        return None
    restored = now.replaced(model, before.says(model, values), edited)
    restored.write(now)
    return restored


def _without(config: Mapping[str, Any], model: str, values: Values) -> dict[str, Any]:
    models = dict(config[f"{NAMESPACE}:models"])
    models[model] = {key: value for key, value in models[model].items() if key not in values}
    return {**_texts(config), f"{NAMESPACE}:models": models}


def _texts(config: Mapping[str, Any]) -> dict[str, Any]:
    # Pulumi writes plain values of the first level as texts, as it reads them.
    return {
        key: str(value).lower() if isinstance(value, (bool, int, float)) else value for key, value in config.items()
    }


def _shown(values: Values) -> str:
    return ", ".join(f"{key}: {value}" if value is not None else f"no {key}" for key, value in values.items())
