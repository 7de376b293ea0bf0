"""The inputs of an image, and what they come to once files and defaults are looked at."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field

from sandbox.pulumi.plugins.docker_build.reference import Reference
from sandbox.pulumi.plugins.inputs import Inputs
from sandbox.pulumi.plugins.wire import Properties, Value

PLATFORM: Final = "linux/amd64"


class Context(Inputs):
    """The folder whose files a Dockerfile may copy, on this machine."""

    location: str = "."


class Dockerfile(Inputs):
    """The Dockerfile: a file, or its text."""

    location: str | None = None
    inline: str | None = None


def _is_reference(text: str) -> str:
    Reference.parse(text)
    return text


class Image(Inputs):
    """What a program may declare. Caches and the builder don't change the image, so they are taken and not used."""

    push: Literal[True]
    tags: Annotated[list[Annotated[str, AfterValidator(_is_reference)]], Field(min_length=1)]
    add_hosts: list[str] | None = None
    build_args: dict[str, str] | None = None
    build_on_preview: bool = True
    builder: Value = None
    cache_from: Value = None
    cache_to: Value = None
    context: Context = Context()
    dockerfile: Dockerfile = Dockerfile()
    labels: dict[str, str] | None = None
    network: Literal["default", "host"] = "default"
    no_cache: bool = False
    platforms: list[Literal["linux/amd64"]] | None = None
    pull: bool = False
    target: str | None = None


def with_dockerfile(inputs: Properties) -> Properties:
    """`inputs` with the Dockerfile that the official plugin assumes when none is named."""
    dockerfile, location = inputs["dockerfile"], inputs["context"].get("location")
    if dockerfile or not isinstance(location, str):
        return inputs
    return {**inputs, "dockerfile": {"location": str(Path(location) / "Dockerfile")}}


def dockerfile_text(inputs: Properties) -> str:
    """The Dockerfile's text.

    Raises:
        OSError: it cannot be read.
    """
    dockerfile: Mapping[str, str] = inputs["dockerfile"]
    return dockerfile["inline"] if "inline" in dockerfile else Path(dockerfile["location"]).read_text()


def build_key(inputs: Properties, context_hash: str) -> str:
    """Names a build by everything that goes into it: equal keys mean the same image, and no second build."""
    named = ("addHosts", "buildArgs", "labels", "network", "target")
    parts = {key: inputs.get(key) for key in named} | {"context": context_hash, "platform": PLATFORM}
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:32]
