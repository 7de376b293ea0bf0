"""The embedded driver: the order in which the parts come up, and in which they go."""

from collections.abc import Sequence
from contextlib import closing
from functools import partial
from pathlib import Path

from sandbox import files
from sandbox.api import Api
from sandbox.driver import Access, DriverName, Part, identifier
from sandbox.kubernetes import (
    addons,
    addresses,
    cgroups,
    firewall,
    health,
    kubeconfigs,
    machine,
    namespace,
    network,
    pki,
    preflight,
    processes,
    runtime,
    startup,
    supervision,
)
from sandbox.kubernetes.addons import rights
from sandbox.kubernetes.component import Component
from sandbox.kubernetes.layout import Layout
from sandbox.progress import step
from sandbox.state import State
from sandbox.toolchain import aws, images, manifests


class Embedded:
    """A Kubernetes of one node on this machine."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._layout = Layout(state)

    def up(self) -> Access:
        """Start what does not run, and wait until all of it works."""
        layout = self._layout
        references = images.references(self._state)
        wanted = startup.describe(layout, references["pause"], aws.installed(self._state))
        preflight.check(self._state, layout)
        self._prepare()
        self._start("start etcd, registry, S3 endpoint and containerd", wanted.ground, 3)
        images.push(self._state, addresses.REGISTRY)
        self._start("start the API server", wanted.api_server, 5)
        self._grant()
        self._start("start controllers, scheduler and node", wanted.workers, 3)
        return self._furnish(references)

    def down(self) -> None:
        """End everything and remove its data; what the toolchain built stays."""
        preflight.need_root()
        layout = self._layout
        if not layout.cluster.exists() and not preflight.is_installed():
            return
        abandoned = firewall.is_abandoned(layout)
        if not layout.cluster.exists() and not network.is_ours(layout) and not abandoned:
            return
        with step("end the sandbox's processes", 3):
            # The kubelet first, or it would start again what is ended.
            self._end([one for one in processes.owned(layout.cluster) if one.component == "kubelet"])
            runtime.remove(layout)
            self._end(processes.owned(layout.cluster))
            # A container that was being made when its runtime ended may have come after the first sweep.
            runtime.remove(layout)
        with step("remove its network, packet filter rules and data", 3):
            # The bridge last: while it is there, a `down` that was cut off knows the rules for ours.
            if network.is_ours(layout):
                firewall.remove()
                network.remove()
            elif abandoned:
                firewall.remove()
            if not processes.others(layout.cluster):
                machine.restore(layout)
            files.remove(layout.cluster)

    def status(self) -> Sequence[Part]:
        """Every component's process, and whether it works."""
        preflight.need_root()
        pause = images.references(self._state)["pause"]
        wanted = startup.describe(self._layout, pause, aws.installed(self._state))
        return health.look(self._layout, wanted.all())

    def log(self, name: str) -> Path:
        """The log file of a component."""
        return health.log(self._layout, name)

    def _prepare(self) -> None:
        layout = self._layout
        for folder in (layout.cluster, layout.log, layout.config):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        machine.prepare(layout, namespace.FOLDERS)
        runtime.recover(layout)
        network.prepare(layout)
        firewall.protect()
        cgroups.make(layout.cgroup)
        certificates = pki.make(layout)
        files.write(self._state.kubeconfig, kubeconfigs.containing(certificates.cluster, certificates.admin))

    def _start(self, title: str, group: Sequence[Component], estimate: float) -> None:
        with step(title, estimate):
            supervision.bring_up(self._layout, group)

    def _grant(self) -> None:
        with step("give components their rights", 1), closing(Api(self._state.kubeconfig)) as api:
            for manifest in rights.manifests():
                api.apply(manifest)

    def _furnish(self, references: dict[str, str]) -> Access:
        api = Api(self._state.kubeconfig)
        try:
            with step("apply cluster DNS, resource metrics and what EKS brings", 1):
                pools = manifests.pools(self._state)
                for manifest in addons.manifests(references, pki.locate(self._layout), pools):
                    api.apply(manifest)
            for question in health.questions(self._layout, api):
                with step(f"wait for {question.name}", question.estimate):
                    log = partial(health.log, self._layout, question.name)
                    supervision.until(question.name, question.probe, log)
            found = identifier(api.get("/api/v1/namespaces/kube-system"))
        finally:
            api.close()
        return Access(
            driver=DriverName.EMBEDDED,
            kubeconfig=self._state.kubeconfig,
            identifier=found,
            registry=addresses.REGISTRY,
            store=addresses.S3_URL,
            gateway=addresses.GATEWAY_URL,
        )

    def _end(self, victims: Sequence[processes.Process]) -> None:
        processes.end(self._layout.cluster, victims, grace=0)
