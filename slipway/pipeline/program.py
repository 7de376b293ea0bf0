"""The image that releases are checked by: the stack's own, which goes along with what is promoted.

A model that is promoted names its image itself, one model after the other. The check of its release runs in the stack's
image, and both are of one making in the environment that has proven them: so they are where they are copied to.
"""

from typing import Any, cast

import yaml

from slipway.releases.stack_file import NAMESPACE, Edited, StackFile


def follow(file: StackFile, image: str, edited: Edited) -> StackFile:
    """The file with this image as the stack's own; what its models serve stays as it is. Nothing is written.

    Args:
        file: the stack's. One that builds its image stays as it is.
        image: by digest.
        edited: `Engine.edited`.
    """
    stack = cast("dict[str, Any]", file.config.get(f"{NAMESPACE}:image") or {})
    before = stack.get("digest")
    if before in (None, image):
        return file
    values = {f"{NAMESPACE}:image.digest": image}
    values |= {
        f"{NAMESPACE}:models.{name}.image": before for name, said in file.models.items() if said.get("image") is None
    }
    content = edited(file.content, values)
    return StackFile(file.path, content, yaml.safe_load(content)["config"])
