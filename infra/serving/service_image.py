"""The service's image: built and pushed by this stack, or one that another stack has proven. Always by digest."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pulumi
import pulumi_docker_build as docker_build

from infra.serving import build_tag
from infra.serving.config import Build

_PROGRAM: Final = Path(__file__).parent
_PROJECT: Final = _PROGRAM.parents[1]


@dataclass(frozen=True, kw_only=True)
class ServiceImageArgs:
    """What to build, and where it goes.

    Attributes:
        build: context, Dockerfile and base.
        registry: the image becomes `REGISTRY/slipway/service`.
    """

    build: Build
    registry: pulumi.Input[str]


class ServiceImage(pulumi.ComponentResource):
    """The image, built only in an update and only when the context changed.

    Attributes:
        reference: `REGISTRY/slipway/service@sha256:…`.
    """

    reference: pulumi.Output[str]

    def __init__(self, name: str, args: ServiceImageArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("slipway:serving:ServiceImage", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        repository = pulumi.Output.format("{0}/slipway/service", args.registry)

        image = docker_build.Image(
            name,
            context={"location": _from_program(args.build.context)},
            dockerfile={"location": _from_program(args.build.dockerfile)},
            build_args={"BASE": args.build.base},
            platforms=[docker_build.Platform.LINUX_AMD64],
            # Only to find it in the registry: nothing is deployed by tag. A registry may hold a tag to its image.
            tags=[pulumi.Output.format("{0}:{1}", repository, _tag(args.build))],
            push=True,
            build_on_preview=False,
            # Whoever names its digest, another environment or a rollback, still needs it when this stack doesn't.
            opts=pulumi.ResourceOptions.merge(child, pulumi.ResourceOptions(retain_on_delete=True)),
        )

        self.reference = pulumi.Output.format("{0}@{1}", repository, image.digest)
        self.register_outputs({"reference": self.reference})


def _tag(build: Build) -> str:
    context, dockerfile = _PROJECT / build.context, _PROJECT / build.dockerfile
    return build_tag.tag(pulumi.get_stack(), context, dockerfile, build.base)


def _from_program(path: str) -> str:
    # Pulumi runs programs and plugins in the program's folder, and a relative path is the same on every machine.
    return os.path.relpath(_PROJECT / path, _PROGRAM)
