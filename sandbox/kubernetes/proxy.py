"""kube-proxy: in the mode that serves NodePorts on the loopback interface."""

from functools import partial

from sandbox import files, probes
from sandbox.kubernetes import addresses, kubeconfigs
from sandbox.kubernetes.component import Component
from sandbox.kubernetes.layout import Layout
from sandbox.kubernetes.pki import Pki


def describe(layout: Layout, pki: Pki) -> Component:
    """Say how kube-proxy runs."""
    kubeconfig = layout.config / "kube-proxy.kubeconfig"
    file = layout.config / "kube-proxy.json"
    settings = files.text(
        {
            "apiVersion": "kubeproxy.config.k8s.io/v1alpha1",
            "kind": "KubeProxyConfiguration",
            "clientConnection": {"kubeconfig": str(kubeconfig)},
            "mode": "iptables",  # nftables mode does not serve NodePorts on 127.0.0.1
            "iptables": {"localhostNodePorts": True},
            "nodePortAddresses": ["127.0.0.0/8"],
            "clusterCIDR": addresses.POD_NETWORK,
            "detectLocalMode": "ClusterCIDR",
            "hostnameOverride": addresses.NODE,
            "healthzBindAddress": f"{addresses.LOOPBACK}:{addresses.PROXY_HEALTH_PORT}",
            "metricsBindAddress": f"{addresses.LOOPBACK}:{addresses.PROXY_METRICS_PORT}",
            # Leave the machine's own connection tracking limits as they are.
            "conntrack": {"maxPerCore": 0, "tcpEstablishedTimeout": "0s", "tcpCloseWaitTimeout": "0s"},
        },
    )
    return Component(
        name="kube-proxy",
        program=layout.state.bin / "kube-proxy",
        arguments=(f"--config={file}",),
        settings={file: settings, kubeconfig: kubeconfigs.referring(pki.cluster, pki.proxy)},
        certificates=(pki.cluster.certificate, pki.proxy.certificate),
        probe=partial(probes.answers, f"http://{addresses.LOOPBACK}:{addresses.PROXY_HEALTH_PORT}/healthz"),
    )
