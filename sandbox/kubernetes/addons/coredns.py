"""CoreDNS: names inside the cluster. It forwards nothing, because pods have no way out of the sandbox."""

from typing import Any, Final

from sandbox.kubernetes import addresses
from sandbox.kubernetes.addons import workload

NAME: Final = "coredns"
PORT: Final = 53  # policies name the pods' port, and everybody's policies name this one

# Others' network policies find cluster DNS by it, as ours do. Added to the pods alone: a selector can't be changed.
LABEL: Final = {"k8s-app": "kube-dns"}

# To listen below 1024 without root, where no capability would help: without new privileges it can't be gained.
_LISTEN: Final = {"name": "net.ipv4.ip_unprivileged_port_start", "value": str(PORT)}

# Two servers, because a template answers before the names of the cluster are looked up.
COREFILE: Final = f"""{addresses.DNS_DOMAIN}:{PORT} in-addr.arpa:{PORT} ip6.arpa:{PORT} {{
    errors
    health :8080 {{
        lameduck 5s
    }}
    ready :8181
    kubernetes {addresses.DNS_DOMAIN} in-addr.arpa ip6.arpa {{
        ttl 5
    }}
    cache 5
    reload
}}
.:{PORT} {{
    errors
    template ANY ANY {{
        rcode NXDOMAIN
    }}
}}
"""


def manifests(image: str) -> list[dict[str, Any]]:
    """Its objects."""
    return [
        workload.service_account(NAME),
        workload.cluster_role(
            "system:coredns",
            [
                {"apiGroups": [""], "resources": ["services", "pods", "namespaces"], "verbs": ["list", "watch"]},
                {"apiGroups": ["discovery.k8s.io"], "resources": ["endpointslices"], "verbs": ["list", "watch"]},
            ],
        ),
        workload.binding("ClusterRoleBinding", {"name": "system:coredns"}, ("ClusterRole", "system:coredns"), NAME),
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": workload.metadata(NAME), "data": {"Corefile": COREFILE}},
        {
            "apiVersion": "v1",
            "kind": "Service",
            # The name by which other tools look for cluster DNS.
            "metadata": {**workload.metadata(NAME), "name": "kube-dns"},
            "spec": {
                "clusterIP": addresses.DNS_SERVICE,
                "selector": workload.selector(NAME),
                "ports": [
                    {"name": "dns", "port": 53, "targetPort": "dns", "protocol": "UDP"},
                    {"name": "dns-tcp", "port": 53, "targetPort": "dns-tcp", "protocol": "TCP"},
                ],
            },
        },
        workload.deployment(NAME, _pod(image), LABEL),
    ]


def _pod(image: str) -> dict[str, Any]:
    return {
        "serviceAccountName": NAME,
        "priorityClassName": "system-cluster-critical",
        "dnsPolicy": "Default",
        "securityContext": {**workload.POD_SECURITY, "sysctls": [_LISTEN]},
        "containers": [
            {
                "name": NAME,
                "image": image,
                "args": ["-conf", "/etc/coredns/Corefile"],
                "ports": [
                    {"name": "dns", "containerPort": PORT, "protocol": "UDP"},
                    {"name": "dns-tcp", "containerPort": PORT, "protocol": "TCP"},
                ],
                "readinessProbe": {"httpGet": {"path": "/ready", "port": 8181}, "periodSeconds": 2},
                "livenessProbe": {
                    "httpGet": {"path": "/health", "port": 8080},
                    "initialDelaySeconds": 30,
                    "timeoutSeconds": 5,
                },
                "resources": {
                    "requests": {"cpu": "20m", "memory": "40Mi"},
                    "limits": {"cpu": "500m", "memory": "170Mi"},
                },
                "securityContext": workload.CONTAINER_SECURITY,
                "volumeMounts": [{"name": "config", "mountPath": "/etc/coredns", "readOnly": True}],
            }
        ],
        "volumes": [{"name": "config", "configMap": {"name": NAME}}],
    }
