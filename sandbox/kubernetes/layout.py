"""Where the embedded driver keeps its things, and the names that tell them from anyone else's."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from sandbox.state import State


@dataclass(frozen=True)
class Layout:
    """Folders below `<state>/cluster`, and names derived from where that is."""

    state: State

    @property
    def cluster(self) -> Path:
        """Everything that `down` removes."""
        return self.state.cluster

    @property
    def pki(self) -> Path:
        """Certificate authorities, certificates and keys."""
        return self.cluster / "pki"

    @property
    def config(self) -> Path:
        """The components' configuration files and kubeconfigs."""
        return self.cluster / "config"

    @property
    def log(self) -> Path:
        """One `NAME.log` per component, and the pods' logs."""
        return self.cluster / "log"

    @property
    def node(self) -> Path:
        """The node's own `/var/lib` and `/run`, mounted in its private mount namespace only."""
        return self.cluster / "node"

    @property
    def containerd_socket(self) -> Path:
        """The socket of containerd as the machine sees it; inside the node it is at its usual place."""
        return self.node / "run" / "containerd" / "containerd.sock"

    @property
    def aws(self) -> Path:
        """What the AWS server keeps: snapshots of its state, and the bodies of S3 objects."""
        return self.cluster / "aws"

    @property
    def volumes(self) -> Path:
        """What pods keep that outlives them: a folder for each volume."""
        return self.cluster / "volumes"

    @property
    def pod_addresses(self) -> Path:
        """The address allocations of the CNI plugin."""
        return self.node / "var" / "lib" / "cni"

    @property
    def before(self) -> Path:
        """How the machine was before the first `up` since it started."""
        return self.cluster / "before.json"

    @property
    def identity(self) -> str:
        """Eight hexadecimal digits that differ between state directories."""
        return hashlib.sha256(str(self.cluster).encode()).hexdigest()[:8]

    @property
    def cgroup(self) -> str:
        """The control group, in every hierarchy, that holds all pods of this sandbox and nothing else."""
        return f"slipway-{self.identity}"

    @property
    def hardware_address(self) -> str:
        """Of the bridge, given as it is made: so it says from its first moment whose it is.

        It also has to be a fixed one, for otherwise a bridge takes a member's and changes it as pods come and go.
        """
        # The first byte says: for one machine, and administered locally.
        return ":".join(["02", "51", *(self.identity[at : at + 2] for at in range(0, 8, 2))])

    def log_of(self, component: str) -> Path:
        """The log file of a component."""
        return self.log / f"{component}.log"
