"""The parts of the product and the tests of each."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.infra.stacks import CHECKOUT


@dataclass(frozen=True)
class Tests:
    """Where a part's tests are.

    Attributes:
        alone: those that need nothing but this machine.
        on_the_sandbox: those that need the sandbox, as far as a broken line can't harm it or what else runs here.
    """

    alone: tuple[str, ...]
    on_the_sandbox: tuple[str, ...] = ()


_DECLARED: Final = Tests(("tests/infra", "tests/contract"))
_SANDBOX: Final = Tests(("tests/sandbox", "tests/contract"))

PARTS: Final = {
    "infra": _DECLARED,
    "infra/platform": _DECLARED,
    "infra/serving": _DECLARED,
    "examples": Tests(("tests/examples",)),
    "modelstore": Tests(("tests/modelstore", "tests/service")),
    "policies": Tests(("tests/policies", "tests/contract")),
    "sandbox": _SANDBOX,
    "sandbox/kubernetes": _SANDBOX,
    "sandbox/pulumi": Tests(("tests/sandbox/pulumi",)),
    "sandbox/journey": _SANDBOX,
    "sandbox/pulumi/plugins": Tests(("tests/sandbox/pulumi",)),
    "sandbox/pulumi/plugins/aws": Tests(("tests/sandbox/pulumi/plugins/aws",)),
    "sandbox/pulumi/plugins/docker_build": Tests(("tests/sandbox/pulumi/plugins/docker_build",)),
    "sandbox/toolchain": _SANDBOX,
    "service": Tests(("tests/service",)),
    "slipway": Tests(("tests/slipway",)),
}


def sources(part: str) -> list[Path]:
    """The part's modules, without those of parts below it."""
    below = [CHECKOUT / other for other in PARTS if other.startswith(f"{part}/")]
    return sorted(
        path for path in (CHECKOUT / part).rglob("*.py") if not any(path.is_relative_to(folder) for folder in below)
    )
