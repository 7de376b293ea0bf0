"""The control plane: API server, controller manager and scheduler."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

from sandbox import probes
from sandbox.kubernetes import addresses, etcd, kubeconfigs
from sandbox.kubernetes.certificates import Pair
from sandbox.kubernetes.component import Component
from sandbox.kubernetes.layout import Layout
from sandbox.kubernetes.pki import FRONT_PROXY_CLIENT, Pki

# Kubernetes' default of 15 s suits large clusters: here an autoscaler shows what it does in seconds.
AUTOSCALER: Final = ("--horizontal-pod-autoscaler-sync-period=5s",)


def api_server(layout: Layout, pki: Pki) -> Component:
    """The API server, on the bridge so that pods reach it too. It takes tokens of `aws eks get-token`, as EKS does."""
    tokens = layout.config / "tokens.kubeconfig"
    return Component(
        name="kube-apiserver",
        program=layout.state.bin / "kube-apiserver",
        arguments=(
            f"--bind-address={addresses.NODE_ADDRESS}",
            f"--advertise-address={addresses.NODE_ADDRESS}",
            f"--secure-port={addresses.API_PORT}",
            f"--tls-cert-file={pki.api_server.certificate}",
            f"--tls-private-key-file={pki.api_server.key}",
            f"--etcd-servers={etcd.URL}",
            f"--etcd-cafile={pki.etcd_authority.certificate}",
            f"--etcd-certfile={pki.etcd_client.certificate}",
            f"--etcd-keyfile={pki.etcd_client.key}",
            f"--client-ca-file={pki.cluster.certificate}",
            "--anonymous-auth=false",
            "--authorization-mode=Node,RBAC",
            "--enable-admission-plugins=NodeRestriction",
            f"--service-cluster-ip-range={addresses.SERVICE_NETWORK}",
            f"--service-account-issuer={addresses.ISSUER}",
            f"--service-account-key-file={pki.service_account_public}",
            f"--service-account-signing-key-file={pki.service_account_private}",
            f"--authentication-token-webhook-config-file={tokens}",
            "--authentication-token-webhook-version=v1",
            "--authentication-token-webhook-cache-ttl=10s",
            # The node's name is in no DNS: without this, `logs` and `exec` fail.
            "--kubelet-preferred-address-types=InternalIP",
            f"--kubelet-certificate-authority={pki.cluster.certificate}",
            f"--kubelet-client-certificate={pki.kubelet_client.certificate}",
            f"--kubelet-client-key={pki.kubelet_client.key}",
            # How metrics-server knows that a request was checked by the API server.
            f"--requestheader-client-ca-file={pki.front_proxy_authority.certificate}",
            f"--requestheader-allowed-names={FRONT_PROXY_CLIENT.user}",
            "--requestheader-username-headers=X-Remote-User",
            "--requestheader-group-headers=X-Remote-Group",
            "--requestheader-extra-headers-prefix=X-Remote-Extra-",
            f"--proxy-client-cert-file={pki.front_proxy_client.certificate}",
            f"--proxy-client-key-file={pki.front_proxy_client.key}",
            "--profiling=false",
        ),
        settings={tokens: kubeconfigs.asking(addresses.TOKENS_URL)},
        certificates=(
            pki.cluster.certificate,
            pki.api_server.certificate,
            pki.api_server.key,
            pki.etcd_authority.certificate,
            pki.etcd_client.certificate,
            pki.kubelet_client.certificate,
            pki.front_proxy_authority.certificate,
            pki.front_proxy_client.certificate,
            pki.service_account_public,
        ),
        probe=partial(
            probes.answers,
            f"{addresses.API_URL}/readyz",
            authority=pki.cluster.certificate,
            identity=(pki.admin.certificate, pki.admin.key),
        ),
    )


def controller_manager(layout: Layout, pki: Pki) -> Component:
    """The controllers, each with a service account of its own."""
    kubeconfig = layout.config / "kube-controller-manager.kubeconfig"
    return Component(
        name="kube-controller-manager",
        program=layout.state.bin / "kube-controller-manager",
        arguments=(
            *_serving(kubeconfig, pki, pki.controller_manager, addresses.CONTROLLER_MANAGER_PORT),
            "--use-service-account-credentials=true",
            f"--root-ca-file={pki.cluster.certificate}",
            f"--service-account-private-key-file={pki.service_account_private}",
            f"--cluster-signing-cert-file={pki.cluster.certificate}",
            f"--cluster-signing-key-file={pki.cluster.key}",
            *AUTOSCALER,
        ),
        settings={kubeconfig: kubeconfigs.referring(pki.cluster, pki.controller_manager)},
        certificates=(pki.cluster.certificate, pki.controller_manager.certificate, pki.service_account_private),
        probe=_healthy(pki, addresses.CONTROLLER_MANAGER_PORT, "healthz"),
    )


def scheduler(layout: Layout, pki: Pki) -> Component:
    """The scheduler."""
    kubeconfig = layout.config / "kube-scheduler.kubeconfig"
    return Component(
        name="kube-scheduler",
        program=layout.state.bin / "kube-scheduler",
        arguments=_serving(kubeconfig, pki, pki.scheduler, addresses.SCHEDULER_PORT),
        settings={kubeconfig: kubeconfigs.referring(pki.cluster, pki.scheduler)},
        certificates=(pki.cluster.certificate, pki.scheduler.certificate),
        probe=_healthy(pki, addresses.SCHEDULER_PORT, "readyz"),
    )


def _serving(kubeconfig: Path, pki: Pki, identity: Pair, port: int) -> tuple[str, ...]:
    return (
        f"--kubeconfig={kubeconfig}",
        f"--authentication-kubeconfig={kubeconfig}",
        f"--authorization-kubeconfig={kubeconfig}",
        f"--bind-address={addresses.LOOPBACK}",
        f"--secure-port={port}",
        f"--tls-cert-file={identity.certificate}",
        f"--tls-private-key-file={identity.key}",
        f"--client-ca-file={pki.cluster.certificate}",
        "--leader-elect=false",  # there is no second one to wait for
        "--profiling=false",
    )


def _healthy(pki: Pki, port: int, path: str) -> Callable[[], str | None]:
    url = f"https://{addresses.LOOPBACK}:{port}/{path}"
    return partial(probes.answers, url, authority=pki.cluster.certificate)
