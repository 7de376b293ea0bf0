"""What EKS does in a cluster in Auto Mode: `sandbox/eks`, which serves what stacks for AWS declare."""

from functools import partial
from pathlib import Path
from typing import Final

from sandbox import probes
from sandbox.kubernetes import addresses, kubeconfigs
from sandbox.kubernetes.component import Component
from sandbox.kubernetes.layout import Layout
from sandbox.kubernetes.pki import Pki
from sandbox.toolchain import aws

NAME: Final = "auto-mode"


def describe(layout: Layout, pki: Pki, server: Path) -> Component:
    """Say how it runs, from the folder `server` that the toolchain has installed."""
    kubeconfig = layout.config / f"{NAME}.kubeconfig"
    listen = addresses.ENDPOINTS[NAME][0]
    program, *arguments = aws.command(
        server,
        aws.AUTO_MODE,
        *("--kubeconfig", str(kubeconfig), "--balancer", addresses.LOAD_BALANCER),
        *("--volumes", str(layout.volumes), "--node", addresses.NODE, "--listen", str(listen)),
    )
    return Component(
        name=NAME,
        program=Path(program),
        arguments=tuple(arguments),
        settings={kubeconfig: kubeconfigs.referring(pki.cluster, pki.auto_mode)},
        certificates=(pki.cluster.certificate, pki.auto_mode.certificate),
        probe=partial(probes.answers, f"http://{listen}/readyz"),
    )
