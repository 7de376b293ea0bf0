"""The judge of the pods' new connections: kube-network-policies, which the packet filter asks (firewall.py)."""

from functools import partial

from sandbox import probes
from sandbox.kubernetes import addresses, firewall, kubeconfigs
from sandbox.kubernetes.component import Component
from sandbox.kubernetes.layout import Layout
from sandbox.kubernetes.pki import Pki

NAME = "network-policies"


def describe(layout: Layout, pki: Pki) -> Component:
    """Say how it runs. It works once it knows the cluster's pods and policies, and answers for both queues."""
    kubeconfig = layout.config / f"{NAME}.kubeconfig"
    listen = f"{addresses.LOOPBACK}:{addresses.NETWORK_POLICIES_HEALTH_PORT}"
    return Component(
        name=NAME,
        program=layout.state.bin / NAME,
        arguments=(
            f"--kubeconfig={kubeconfig}",
            f"--listen={listen}",
            f"--waiting={firewall.WAITING}",
            f"--judged={firewall.JUDGED}",
        ),
        settings={kubeconfig: kubeconfigs.referring(pki.cluster, pki.network_policies)},
        certificates=(pki.cluster.certificate, pki.network_policies.certificate),
        probe=partial(probes.answers, f"http://{listen}/readyz"),
    )
