"""The two stores beside the cluster: the image registry and the S3 endpoint."""

import sys
from functools import partial
from pathlib import Path

from sandbox import files, probes
from sandbox.kubernetes import addresses
from sandbox.kubernetes.component import Component
from sandbox.kubernetes.layout import Layout


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


def s3() -> Component:
    """The S3 endpoint: moto's server, which keeps its data in memory."""
    return Component(
        name="s3",
        program=Path(sys.executable),
        arguments=("-m", "moto.server", "-H", addresses.NODE_ADDRESS, "-p", str(addresses.S3_PORT)),
        probe=partial(probes.speaks_http, addresses.S3_URL),
    )
