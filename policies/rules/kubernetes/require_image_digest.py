"""What was tested is what runs."""

import re
from collections.abc import Iterator

from policies import workloads
from policies.rule import rule
from policies.workloads import Container


@rule(workloads.containers)
def require_image_digest(container: Container) -> Iterator[str]:
    """Every container image is pinned by digest."""
    image = container.props.get("image")
    if not re.search(r"@sha256:[0-9a-f]{64}$", str(image)):
        yield f"{container} uses {image!r}, which has no digest: a tag may mean something else tomorrow"
