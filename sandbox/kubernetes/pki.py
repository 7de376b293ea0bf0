"""Who is who in the sandbox: its authorities and every certificate, each for one purpose.

There are three authorities, as Kubernetes asks for: the cluster's own, one for etcd (a client of the API server must
not be one of etcd), and one for requests that the API server passes on to metrics-server.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sandbox.kubernetes import addresses, keys
from sandbox.kubernetes.certificates import Identity, Pair, authority, issue, pair
from sandbox.kubernetes.layout import Layout

ADMIN: Final = Identity(file="admin", user="slipway-admin", groups=("system:masters",))
API_SERVER: Final = Identity(
    file="kube-apiserver",
    user="kube-apiserver",
    hosts=(
        addresses.NODE_ADDRESS,
        addresses.API_SERVICE,
        "kubernetes",
        "kubernetes.default",
        "kubernetes.default.svc",
        f"kubernetes.default.svc.{addresses.DNS_DOMAIN}",
    ),
)
KUBELET_CLIENT: Final = Identity(file="kube-apiserver-kubelet-client", user="kube-apiserver-kubelet-client")
ETCD_CLIENT: Final = Identity(file="kube-apiserver-etcd-client", user="kube-apiserver-etcd-client")
FRONT_PROXY_CLIENT: Final = Identity(file="front-proxy-client", user="front-proxy-client")
CONTROLLER_MANAGER: Final = Identity(
    file="kube-controller-manager", user="system:kube-controller-manager", hosts=(addresses.LOOPBACK,)
)
SCHEDULER: Final = Identity(file="kube-scheduler", user="system:kube-scheduler", hosts=(addresses.LOOPBACK,))
KUBELET: Final = Identity(
    file="kubelet",
    user=f"system:node:{addresses.NODE}",
    groups=("system:nodes",),
    hosts=(addresses.NODE, addresses.NODE_ADDRESS),
)
PROXY: Final = Identity(file="kube-proxy", user="system:kube-proxy")
NETWORK_POLICIES: Final = Identity(file="network-policies", user="network-policies")
AUTO_MODE: Final = Identity(file="auto-mode", user="auto-mode")
ADMISSION: Final = Identity(file="admission", user="admission", hosts=(addresses.NODE_ADDRESS,))
ETCD: Final = Identity(file="etcd", user="etcd", hosts=(addresses.LOOPBACK,))
METRICS_SERVER: Final = Identity(
    file="metrics-server",
    user="metrics-server",
    hosts=("metrics-server.kube-system.svc", f"metrics-server.kube-system.svc.{addresses.DNS_DOMAIN}"),
)
CLUSTER_IDENTITIES: Final = (
    ADMIN,
    API_SERVER,
    KUBELET_CLIENT,
    CONTROLLER_MANAGER,
    SCHEDULER,
    KUBELET,
    PROXY,
    NETWORK_POLICIES,
    AUTO_MODE,
    ADMISSION,
    METRICS_SERVER,
)


@dataclass(frozen=True)
class Pki:
    """Every certificate of the sandbox."""

    cluster: Pair
    etcd_authority: Pair
    front_proxy_authority: Pair
    admin: Pair
    api_server: Pair
    kubelet_client: Pair
    etcd_client: Pair
    front_proxy_client: Pair
    controller_manager: Pair
    scheduler: Pair
    kubelet: Pair
    proxy: Pair
    network_policies: Pair
    auto_mode: Pair
    admission: Pair
    etcd: Pair
    metrics_server: Pair
    service_account_public: Path
    service_account_private: Path


def locate(layout: Layout) -> Pki:
    """Where every certificate is, or will be."""

    def at(name: str) -> Pair:
        return pair(layout.pki, name)

    return Pki(
        cluster=at("ca"),
        etcd_authority=at("etcd-ca"),
        front_proxy_authority=at("front-proxy-ca"),
        admin=at(ADMIN.file),
        api_server=at(API_SERVER.file),
        kubelet_client=at(KUBELET_CLIENT.file),
        etcd_client=at(ETCD_CLIENT.file),
        front_proxy_client=at(FRONT_PROXY_CLIENT.file),
        controller_manager=at(CONTROLLER_MANAGER.file),
        scheduler=at(SCHEDULER.file),
        kubelet=at(KUBELET.file),
        proxy=at(PROXY.file),
        network_policies=at(NETWORK_POLICIES.file),
        auto_mode=at(AUTO_MODE.file),
        admission=at(ADMISSION.file),
        etcd=at(ETCD.file),
        metrics_server=at(METRICS_SERVER.file),
        service_account_public=layout.pki / "service-account.pub",
        service_account_private=layout.pki / "service-account.key",
    )


def make(layout: Layout) -> Pki:
    """Make what is missing or about to expire."""
    layout.pki.mkdir(mode=0o700, parents=True, exist_ok=True)
    pki = locate(layout)
    for place in (pki.cluster, pki.etcd_authority, pki.front_proxy_authority):
        authority(place)
    for identity in (ETCD, ETCD_CLIENT):
        issue(layout.pki, pki.etcd_authority, identity)
    issue(layout.pki, pki.front_proxy_authority, FRONT_PROXY_CLIENT)
    for identity in CLUSTER_IDENTITIES:
        issue(layout.pki, pki.cluster, identity)
    keys.make_pair(pki.service_account_public, pki.service_account_private)
    return pki
