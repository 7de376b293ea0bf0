"""What the sandbox changes on the machine beside its own things, remembered so that `down` can put it back.

The kernel settings are those that we need, and those that change along with them. Folders are
mount points that the node's private mounts need to exist.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from sandbox import files
from sandbox.errors import SandboxError
from sandbox.kubernetes.host import run
from sandbox.kubernetes.layout import Layout

NEEDED: Final = {
    "net/ipv4/ip_forward": "1",
    # A pod's answer to another pod comes straight over the bridge: it must pass the filter that rewrote the request.
    "net/bridge/bridge-nf-call-iptables": "1",
    # And what pods say to each other in IPv6, for which the sandbox has neither addresses nor a judge, must be dropped.
    "net/bridge/bridge-nf-call-ip6tables": "1",
    # A pod that asks a service comes back to the bridge that it came from. The kernel would tell it of a shorter
    # way with every packet, and count these messages against the refusals that it may send (one a second).
    "net/ipv4/conf/all/send_redirects": "0",
}
CHANGED_ALONG: Final = (
    # By the kernel itself, to the opposite, whenever ip_forward is written; so it has to be put back after that.
    "net/ipv4/conf/all/accept_redirects",
    # By kubelet and kube-proxy.
    "kernel/keys/root_maxbytes",
    "kernel/keys/root_maxkeys",
    "kernel/panic",
    "kernel/panic_on_oops",
    "net/ipv4/conf/all/route_localnet",
    "vm/overcommit_memory",
)
_ROOT: Final = Path("/proc/sys")


def prepare(layout: Layout, folders: Sequence[Path]) -> None:
    """Remember how things are, unless this was done since the machine started, and make them as we need them.

    Raises:
        SandboxError: the kernel lacks a setting.
    """
    if not (_ROOT / "net/bridge").exists():
        run(["modprobe", "br_netfilter"])
    before = _before(layout)
    known: dict[str, str] = before["settings"] if before.get("boot") == _boot() else {}
    found = {name: _read(name) for name in (*NEEDED, *CHANGED_ALONG) if (_ROOT / name).exists()}
    missing = [folder for folder in folders if not folder.exists()]
    made = sorted({*before.get("folders", []), *map(str, missing)})
    files.write(layout.before, files.text({"boot": _boot(), "settings": found | known, "folders": made}))
    for folder in missing:
        folder.mkdir(parents=True)
    for name, value in NEEDED.items():
        if not (_ROOT / name).exists():
            raise SandboxError(f"the kernel has no {name}: load the module br_netfilter")
        _write(name, value)


def restore(layout: Layout) -> None:
    """Put back what `prepare` found."""
    before = _before(layout)
    if before.get("boot") == _boot():
        for name, value in before["settings"].items():
            if _read(name) != value:
                _write(name, value)
    # Removing a mount point takes away what is mounted there in other namespaces, another sandbox's for instance.
    for folder in set(before.get("folders", [])) - _mount_points():
        try:
            Path(folder).rmdir()
        except OSError:
            continue  # someone else uses it by now, or it went with a reboot


def _mount_points() -> set[str]:
    """Where something is mounted, in the namespace of any process."""
    found: set[str] = set()
    for process in Path("/proc").glob("[0-9]*"):
        try:
            lines = (process / "mountinfo").read_text().splitlines()
        except OSError:  # it has just ended
            continue
        found.update(line.split()[4] for line in lines)
    return found


def _before(layout: Layout) -> dict[str, Any]:
    return json.loads(layout.before.read_text()) if layout.before.exists() else {}


def _boot() -> str:
    return (_ROOT / "kernel/random/boot_id").read_text().strip()


def _read(name: str) -> str:
    return (_ROOT / name).read_text().strip()


def _write(name: str, value: str) -> None:
    (_ROOT / name).write_text(value)
