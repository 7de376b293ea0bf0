"""The packet filter: nothing outside this machine reaches the sandbox, pods only reach what they may, and how it goes.

kube-proxy and kubelet write chains named KUBE-…; ours are named SLIPWAY-…. Chains of other names are never touched.
"""

from typing import Final

from sandbox.kubernetes import addresses, network, processes
from sandbox.kubernetes.host import run
from sandbox.kubernetes.layout import Layout

KUBERNETES: Final = "KUBE-"
OURS: Final = "SLIPWAY-"
FAMILIES: Final = ("iptables", "ip6tables")

WAITING: Final = 97
"""The queue of the kernel in which connections wait until the pods that they are between are known."""
JUDGED: Final = 98
"""The queue in which they wait for their verdict."""

_OPENS: Final = "-m conntrack ! --ctstate ESTABLISHED,RELATED"

# Linux answers on every interface for all its addresses, kube-proxy lets it take even loopback addresses from a wire,
# and it passes on what is for pods and services: a neighbour on the network could reach all of these by routing through
# this machine. So what comes for them from elsewhere is dropped before its destination is rewritten; later,
# Kubernetes' own chains come first and accept it (seen).
#
# What is still for a service when it comes to the filter was rewritten by nobody, because kube-proxy is not ready or
# does not know the service: it must not leave the machine by the default route, where something else may answer in the
# service's place (seen). TCP is reset, because the kernel sends other refusals to a pod only once a second.
#
# What opens a connection from a pod, to another or to this machine, has to be allowed by the cluster's policies. A
# verdict ends the way through its table and not through those behind it. So connections wait in the first table and are
# judged in the last: what another rule refuses is refused as before, here or among the machine's own, and no rule that
# accepts goes before the judge. Where nobody listens at a queue, the kernel drops what comes to it. What belongs to no
# connection (INVALID) is dropped as kube-proxy's own rules do, behind which ours would accept it.
_RULES: Final = f"""*mangle
:SLIPWAY-PREROUTING - [0:0]
:SLIPWAY-INPUT - [0:0]
:SLIPWAY-FORWARD - [0:0]
-A SLIPWAY-PREROUTING -i lo -j RETURN
-A SLIPWAY-PREROUTING -d 127.0.0.0/8 -j DROP
-A SLIPWAY-PREROUTING -i {addresses.BRIDGE} -j RETURN
-A SLIPWAY-PREROUTING -d {addresses.POD_NETWORK} -j DROP
-A SLIPWAY-PREROUTING -d {addresses.SERVICE_NETWORK} -j DROP
-A SLIPWAY-PREROUTING -d {addresses.AWS_NETWORK} -j DROP
-A SLIPWAY-PREROUTING -d {addresses.POD_IDENTITY} -j DROP
-A SLIPWAY-INPUT -i {addresses.BRIDGE} -m conntrack --ctstate INVALID -j DROP
-A SLIPWAY-INPUT -i {addresses.BRIDGE} {_OPENS} -j NFQUEUE --queue-num {WAITING}
-A SLIPWAY-FORWARD -i {addresses.BRIDGE} -m conntrack --ctstate INVALID -j DROP
-A SLIPWAY-FORWARD -d {addresses.SERVICE_NETWORK} -j RETURN
-A SLIPWAY-FORWARD -i {addresses.BRIDGE} -o {addresses.BRIDGE} {_OPENS} -j NFQUEUE --queue-num {WAITING}
COMMIT
*filter
:SLIPWAY-FORWARD - [0:0]
:SLIPWAY-OUTPUT - [0:0]
-A SLIPWAY-FORWARD -d {addresses.SERVICE_NETWORK} -p tcp -j REJECT --reject-with tcp-reset
-A SLIPWAY-FORWARD -d {addresses.SERVICE_NETWORK} -j REJECT
-A SLIPWAY-FORWARD -i {addresses.BRIDGE} -o {addresses.BRIDGE} -j ACCEPT
-A SLIPWAY-FORWARD -i {addresses.BRIDGE} -p tcp -j REJECT --reject-with tcp-reset
-A SLIPWAY-FORWARD -i {addresses.BRIDGE} -j REJECT
-A SLIPWAY-OUTPUT -d {addresses.SERVICE_NETWORK} -p tcp -j REJECT --reject-with tcp-reset
-A SLIPWAY-OUTPUT -d {addresses.SERVICE_NETWORK} -j REJECT
COMMIT
*security
:SLIPWAY-INPUT - [0:0]
:SLIPWAY-FORWARD - [0:0]
-A SLIPWAY-INPUT -i {addresses.BRIDGE} {_OPENS} -j NFQUEUE --queue-num {JUDGED}
-A SLIPWAY-FORWARD -i {addresses.BRIDGE} -o {addresses.BRIDGE} {_OPENS} -j NFQUEUE --queue-num {JUDGED}
COMMIT
"""

# The kernel gives every interface an address in IPv6 as well; nobody judges what pods would send from theirs.
_RULES_6: Final = f"""*mangle
:SLIPWAY-PREROUTING - [0:0]
-A SLIPWAY-PREROUTING -i {addresses.BRIDGE} -j DROP
COMMIT
"""

_HOOKS: Final = {
    "iptables": (
        ("mangle", "PREROUTING"),
        ("mangle", "INPUT"),
        ("mangle", "FORWARD"),
        ("filter", "FORWARD"),
        ("filter", "OUTPUT"),
        ("security", "INPUT"),
        ("security", "FORWARD"),
    ),
    "ip6tables": (("mangle", "PREROUTING"),),
}


def protect() -> None:
    """Let nothing in from outside and nothing out; pods get a refusal at once instead of waiting.

    Between pods, and from them to this machine, only that goes which `network_policies` lets go.
    """
    for family, rules in zip(FAMILIES, (_RULES, _RULES_6), strict=True):
        run([f"{family}-restore", "--wait", "--noflush"], rules)
        for table, chain in _HOOKS[family]:
            if f"-A {chain} -j {OURS}{chain}" not in run([f"{family}-save", "-t", table]).splitlines():
                run([family, "--wait", "-t", table, "-I", chain, "1", "-j", f"{OURS}{chain}"])


def chains(prefix: str) -> list[str]:
    """The names of the chains that begin with `prefix`, in any table and family."""
    return sorted(
        {
            line[1:].split()[0]
            for family in FAMILIES
            for line in run([f"{family}-save"]).splitlines()
            if line.startswith(f":{prefix}")
        }
    )


def is_abandoned(layout: Layout) -> bool:
    """Whether there are chains of a sandbox without its bridge, which is not another one than ours that lives.

    KUBE-… chains are that sandbox's too then: beside another Kubernetes it would not have come up.
    """
    return bool(chains(OURS)) and network.bridge() is None and not processes.others(layout.cluster)


def remove() -> None:
    """Remove Kubernetes' chains and ours, and the rules that lead to them."""
    for family in FAMILIES:
        if script := removal(run([f"{family}-save"])):
            run([f"{family}-restore", "--wait", "--noflush"], script)


def removal(saved: str) -> str:
    """The input for `iptables-restore --noflush` that removes our chains from what `iptables-save` printed."""
    script: list[str] = []
    for table in saved.split("COMMIT\n"):
        lines = table.splitlines()
        name = next((line for line in lines if line.startswith("*")), None)
        gone = [line[1:].split()[0] for line in lines if line.startswith((f":{KUBERNETES}", f":{OURS}"))]
        if name is None or not gone:
            continue
        leading = [
            line.replace("-A", "-D", 1)
            for line in lines
            if line.startswith("-A") and line.split()[1] not in gone and _target(line) in gone
        ]
        # Naming a chain empties it, so that none refers to another when they are deleted.
        script += [name, *(f":{chain} - [0:0]" for chain in gone), *leading, *(f"-X {chain}" for chain in gone)]
        script.append("COMMIT")
    return "\n".join([*script, ""]) if script else ""


def _target(rule: str) -> str | None:
    words = rule.split()
    return next((words[at + 1] for at, word in enumerate(words[:-1]) if word in {"-j", "-g"}), None)
