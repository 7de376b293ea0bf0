"""The kubelet: one node, which trusts certificates only and keeps every image."""

from functools import partial

from sandbox import files, probes
from sandbox.kubernetes import addresses, containerd, kubeconfigs
from sandbox.kubernetes.component import Component
from sandbox.kubernetes.layout import Layout
from sandbox.kubernetes.pki import Pki


def describe(layout: Layout, pki: Pki) -> Component:
    """Say how the kubelet runs."""
    kubeconfig = layout.config / "kubelet.kubeconfig"
    file = layout.config / "kubelet.json"
    settings = files.text(
        {
            "apiVersion": "kubelet.config.k8s.io/v1beta1",
            "kind": "KubeletConfiguration",
            "address": addresses.NODE_ADDRESS,
            "port": addresses.KUBELET_PORT,
            "healthzBindAddress": addresses.LOOPBACK,
            "healthzPort": addresses.KUBELET_HEALTH_PORT,
            "tlsCertFile": str(pki.kubelet.certificate),
            "tlsPrivateKeyFile": str(pki.kubelet.key),
            "authentication": {
                "anonymous": {"enabled": False},
                "webhook": {"enabled": True},
                "x509": {"clientCAFile": str(pki.cluster.certificate)},
            },
            "authorization": {"mode": "Webhook"},
            "containerRuntimeEndpoint": f"unix://{containerd.SOCKET}",
            "cgroupDriver": "cgroupfs",  # systemd need not be process 1
            "cgroupRoot": f"/{layout.cgroup}",
            "failCgroupV1": False,
            "failSwapOn": False,
            "clusterDNS": [addresses.DNS_SERVICE],
            "clusterDomain": addresses.DNS_DOMAIN,
            # Pods have no way out of the sandbox, so the machine's name servers are of no use to them.
            "resolvConf": "",
            # Images can't be pulled again from outside; and below these thresholds the disk was measured to evict
            # the pause image, after which no pod starts.
            "imageGCHighThresholdPercent": 100,
            "evictionHard": {"memory.available": "200Mi", "nodefs.available": "1%", "imagefs.available": "1%"},
            "volumePluginDir": "/var/lib/kubelet/volume-plugins",
            "serializeImagePulls": False,
            "registryPullQPS": 0,
        },
    )
    return Component(
        name="kubelet",
        program=layout.state.bin / "kubelet",
        arguments=(
            f"--config={file}",
            f"--kubeconfig={kubeconfig}",
            f"--hostname-override={addresses.NODE}",
            f"--node-ip={addresses.NODE_ADDRESS}",
            f"--node-labels=topology.kubernetes.io/region={addresses.NODE},topology.kubernetes.io/zone={addresses.NODE}",
        ),
        settings={file: settings, kubeconfig: kubeconfigs.referring(pki.cluster, pki.kubelet)},
        certificates=(pki.cluster.certificate, pki.kubelet.certificate),
        probe=partial(probes.answers, f"http://{addresses.LOOPBACK}:{addresses.KUBELET_HEALTH_PORT}/healthz"),
        in_node=True,
    )
