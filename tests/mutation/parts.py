"""The parts of the product and the tests of each."""

from pathlib import Path
from typing import Final

from tests.infra.stacks import CHECKOUT

PARTS: Final[dict[str, tuple[str, ...]]] = {
    "infra": ("tests/infra", "tests/contract"),
    "infra/platform": ("tests/infra", "tests/contract"),
    "infra/serving": ("tests/infra", "tests/contract"),
    "models": ("tests/models",),
    "policies": ("tests/policies", "tests/contract"),
    "sandbox": ("tests/sandbox",),
    "sandbox/embedded": ("tests/sandbox",),
    "sandbox/engine": ("tests/engine",),
    "sandbox/local": ("tests/sandbox",),
    "sandbox/plugins/aws": ("tests/plugins",),
    "sandbox/plugins/docker_build": ("tests/plugins",),
    "sandbox/plugins/kubernetes": ("tests/plugins",),
    "sandbox/plugins": ("tests/plugins",),
    "sandbox/toolchain": ("tests/sandbox",),
    "service": ("tests/service",),
    "slipway": ("tests/slipway",),
}


def sources(part: str) -> list[Path]:
    """The part's modules, without those of parts below it."""
    below = [CHECKOUT / other for other in PARTS if other.startswith(f"{part}/")]
    return sorted(
        path for path in (CHECKOUT / part).rglob("*.py") if not any(path.is_relative_to(folder) for folder in below)
    )
