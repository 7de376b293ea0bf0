"""A `.keras` file as data: its members, its configuration and its weights, before Keras sees any of it."""

import json
import zipfile
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from io import BytesIO
from pathlib import Path
from typing import Any, Final, cast

import yaml

from slipway.errors import Refused
from slipway.models.inspection.files import MAX_BYTES

MEMBERS: Final = ("config.json", "metadata.json", "model.weights.h5")

MAX_CONFIG: Final = 8 * 1024 * 1024
"""Bytes of config.json and metadata.json; a network of a thousand layers needs one."""


def check_archive(path: Path) -> None:
    """Check a `.keras` file.

    Raises:
        Refused: it is damaged or too large, has other members than Keras writes, names a class that is not
            allowed, or its weights point outside of the file.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            names = sorted(member.filename for member in members)
            if names != list(MEMBERS):
                raise Refused(f"{path.name} has the members {', '.join(names)}; it must have {', '.join(MEMBERS)}")
            sizes = {member.filename: member.file_size for member in members}
            if sum(sizes.values()) > MAX_BYTES or sizes["config.json"] + sizes["metadata.json"] > MAX_CONFIG:
                raise Refused(f"{path.name} unpacks to {sum(sizes.values())} bytes, which is more than is allowed")
            json.loads(archive.read("metadata.json"))
            config = json.loads(archive.read("config.json"))
            if isinstance(config, dict):
                # Not read by `convert`. An inner model's is, whatever Keras is told about the outer one.
                cast("dict[str, Any]", config).pop("compile_config", None)
            _check_classes(config)
            _check_weights(archive.read("model.weights.h5"))
    except (zipfile.BadZipFile, NotImplementedError, RecursionError, OSError, TypeError, ValueError) as error:
        raise Refused(f"{path.name} is damaged: {' '.join(str(error).split())}") from error


@cache
def _allowed() -> dict[str, frozenset[str]]:
    document = yaml.safe_load(files("slipway.models.inspection").joinpath("classes.yaml").read_text("utf-8"))
    return {module: frozenset(names) for module, names in document.items()}


def _check_classes(config: Any) -> None:
    for found in _objects(config):
        name = found.get("class_name")
        # Keras leaves the module out of some objects of its own; those have names that no class can have.
        module = found.get("module") or "builtins"
        if name not in _allowed().get(module, ()):
            raise Refused(
                f"config.json names the class {module}.{name}, which is not allowed in a .keras file; "
                "use layers of Keras, or export the model as a SavedModel"
            )
        if found.get("registered_name") not in (None, name):
            raise Refused(f"config.json registers {found['registered_name']!r}, and custom classes are not allowed")


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    """All objects at any depth that Keras would build."""
    if isinstance(value, dict):
        mapping = cast("dict[str, Any]", value)
        if "class_name" in mapping:
            yield mapping
        for part in mapping.values():
            yield from _objects(part)
    elif isinstance(value, list):
        for part in cast("list[Any]", value):
            yield from _objects(part)


def _check_weights(content: bytes) -> None:
    """Check that the HDF5 file has nothing but arrays of its own, no larger than itself."""
    import h5py

    h5: Any = h5py
    with h5.File(BytesIO(content), "r") as weights:
        _check_group(h5, weights, len(content))


def _check_group(h5: Any, group: Any, size: int) -> None:
    for name in group:
        link = group.get(name, getlink=True)
        if not isinstance(link, h5.HardLink):
            raise Refused(f"the weights have a link at {group.name}/{name}, and must have arrays only")
        item = group[name]
        if isinstance(item, h5.Group):
            _check_group(h5, item, size)
        elif not isinstance(item, h5.Dataset) or item.is_virtual or item.external:
            raise Refused(f"the weights at {item.name} are not a plain array in this file")
        elif item.nbytes > size:
            raise Refused(f"the weights at {item.name} claim {item.nbytes} bytes in a file of {size}")
