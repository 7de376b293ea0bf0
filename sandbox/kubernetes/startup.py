"""The components of the embedded driver, in the order in which they start."""

from dataclasses import dataclass
from pathlib import Path

from sandbox.kubernetes import (
    auto_mode,
    containerd,
    control_plane,
    etcd,
    kubelet,
    network_policies,
    pki,
    preflight,
    proxy,
    stores,
)
from sandbox.kubernetes.component import Component
from sandbox.kubernetes.layout import Layout


@dataclass(frozen=True)
class Components:
    """Every component, by when it can start: each group needs those before it."""

    ground: tuple[Component, ...]
    api_server: tuple[Component, ...]
    workers: tuple[Component, ...]

    def all(self) -> tuple[Component, ...]:
        """All of them."""
        return self.ground + self.api_server + self.workers


def describe(layout: Layout, pause: str, server: Path) -> Components:
    """Say what has to run; nothing is written or started.

    Args:
        layout: where everything is.
        pause: reference of the image that holds a pod's namespaces.
        server: the folder of the installed AWS server.
    """
    certificates = pki.locate(layout)
    return Components(
        ground=(
            etcd.describe(layout, certificates),
            stores.registry(layout, preflight.program("docker-registry")),
            stores.s3(layout, certificates, server),
            containerd.describe(layout, preflight.program("containerd"), pause),
        ),
        api_server=(control_plane.api_server(layout, certificates),),
        workers=(
            control_plane.controller_manager(layout, certificates),
            control_plane.scheduler(layout, certificates),
            kubelet.describe(layout, certificates),
            proxy.describe(layout, certificates),
            network_policies.describe(layout, certificates),
            auto_mode.describe(layout, certificates, server),
        ),
    )
