"""The container runtime: with settings, folders and network of its own, and our registry as the only one.

Whatever registry an image's reference names, the official ones or an account's own, is ours under another name.
"""

import json
from functools import partial
from pathlib import Path
from typing import Final

from sandbox import files, probes
from sandbox.kubernetes import addresses
from sandbox.kubernetes.component import Component
from sandbox.kubernetes.layout import Layout

SOCKET: Final = "/run/containerd/containerd.sock"  # as the node sees it
CNI_PLUGINS: Final = Path("/usr/lib/cni")
EVERY_REGISTRY: Final = "_default"  # containerd's name for those that have no folder of their own


def describe(layout: Layout, program: Path, pause: str) -> Component:
    """Say how containerd runs.

    Args:
        layout: where everything is.
        program: containerd.
        pause: reference of the image that holds a pod's namespaces.
    """
    folder = layout.config / "containerd"
    settings = folder / "config.toml"
    return Component(
        name="containerd",
        program=program,
        arguments=("--config", str(settings)),
        settings={
            settings: _settings(folder, pause),
            folder / "cni" / "10-sandbox.conflist": files.text(_pod_network()),
            folder / "registries" / EVERY_REGISTRY / "hosts.toml": _mirror(),
        },
        probe=partial(probes.accepts, layout.containerd_socket),
        in_node=True,
    )


def _settings(folder: Path, pause: str) -> str:
    cri = 'plugins."io.containerd.grpc.v1.cri"'
    # The values are ours and plain, so JSON's quoting is TOML's.
    return "\n".join(
        [
            "version = 2",
            'root = "/var/lib/containerd"',
            'state = "/run/containerd"',
            "[grpc]",
            f"address = {json.dumps(SOCKET)}",
            '[plugins."io.containerd.internal.v1.opt"]',
            'path = "/var/lib/containerd/opt"',
            f"[{cri}]",
            f"sandbox_image = {json.dumps(pause)}",
            # Without CAP_SYS_RESOURCE no process may lower its score, and every container would fail at its start.
            "restrict_oom_score_adj = true",
            f"[{cri}.cni]",
            f"bin_dir = {json.dumps(str(CNI_PLUGINS))}",
            f"conf_dir = {json.dumps(str(folder / 'cni'))}",
            f"[{cri}.registry]",
            f"config_path = {json.dumps(str(folder / 'registries'))}",
            f"[{cri}.containerd.runtimes.runc]",
            'runtime_type = "io.containerd.runc.v2"',
            f"[{cri}.containerd.runtimes.runc.options]",
            "SystemdCgroup = false",
            "",
        ]
    )


def _mirror() -> str:
    url = json.dumps(f"http://{addresses.REGISTRY}")
    # `server` too: a reference that our registry lacks must fail at once, and never reach for the real one.
    return f'server = {url}\n\n[host.{url}]\ncapabilities = ["pull", "resolve"]\n'


def _pod_network() -> dict[str, object]:
    return {
        "cniVersion": "1.0.0",
        "name": "sandbox",
        "plugins": [
            {
                "type": "bridge",
                "bridge": addresses.BRIDGE,
                "isGateway": True,
                "ipMasq": False,
                "hairpinMode": True,  # a pod may reach itself through its service
                "ipam": {
                    "type": "host-local",
                    "ranges": [[{"subnet": addresses.POD_NETWORK, "gateway": addresses.NODE_ADDRESS}]],
                    "routes": [{"dst": "0.0.0.0/0"}],
                },
            }
        ],
    }
