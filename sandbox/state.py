"""The state directory: everything the sandbox builds, runs and remembers is below this one folder."""

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class State:
    """Where things are kept. `make down` removes `cluster` and `pulumi`; `make clean` removes `root`."""

    root: Path

    @property
    def bin(self) -> Path:
        """Programs that the toolchain built: pulumi, kubectl, kube-apiserver and the others."""
        return self.root / "bin"

    @property
    def tools(self) -> Path:
        """One folder per built tool and content key; `bin` holds hard links into it."""
        return self.root / "tools"

    @property
    def build(self) -> Path:
        """Module and build caches, dropped when the binaries are kept."""
        return self.root / "build"

    @property
    def manifests(self) -> Path:
        """Upstream CRDs, taken from the pinned modules and checked against `infra/platform/crds/crds.lock.yaml`."""
        return self.root / "manifests"

    @property
    def images(self) -> Path:
        """Third-party images as OCI archives."""
        return self.root / "images"

    @property
    def models(self) -> Path:
        """Trained versions of the included model, keyed by the content of its folder."""
        return self.root / "models"

    @property
    def cluster(self) -> Path:
        """The running sandbox: etcd, certificates, containerd, logs, process ids."""
        return self.root / "cluster"

    @property
    def pulumi(self) -> Path:
        """PULUMI_HOME, the file backend, the passphrase and the local stacks' configuration."""
        return self.root / "pulumi"

    @property
    def kubeconfig(self) -> Path:
        """The administrator's kubeconfig, with a client certificate."""
        return self.cluster / "kubeconfig"


def default() -> State:
    """The state directory of this user: `$SLIPWAY_STATE`, or `slipway` in the user's cache."""
    if configured := os.environ.get("SLIPWAY_STATE"):
        return State(Path(configured).expanduser().resolve())
    cache = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return State((Path(cache).expanduser() / "slipway").resolve())
