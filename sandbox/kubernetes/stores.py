"""The two stores beside the cluster: the image registry and the S3 endpoint."""

from functools import partial
from pathlib import Path

from sandbox import files, probes
from sandbox.kubernetes import addresses
from sandbox.kubernetes.component import Component
from sandbox.kubernetes.layout import Layout
from sandbox.toolchain import aws


def registry(layout: Layout, program: Path) -> Component:
    """The registry that holds our own images, and mirrors of everyone else's."""
    file = layout.config / "registry.json"
    settings = files.text(
        {
            "version": "0.1",
            "log": {"level": "warn", "accesslog": {"disabled": True}},
            "storage": {
                "filesystem": {"rootdirectory": str(layout.cluster / "registry")},
                "delete": {"enabled": True},
            },
            "http": {"addr": addresses.REGISTRY},
        },
    )
    return Component(
        name="registry",
        program=program,
        arguments=("serve", str(file)),
        settings={file: settings},
        probe=partial(probes.answers, f"http://{addresses.REGISTRY}/v2/"),
    )


def s3(layout: Layout, server: Path) -> Component:
    """The S3 endpoint: the AWS server that the toolchain has installed in the folder `server`."""
    program, *arguments = aws.command(
        server, "--host", addresses.NODE_ADDRESS, "--port", str(addresses.S3_PORT), "--data", str(layout.aws)
    )
    return Component(
        name="s3",
        program=Path(program),
        arguments=tuple(arguments),
        probe=partial(probes.speaks_http, addresses.S3_URL),
    )
