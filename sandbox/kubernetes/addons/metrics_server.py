"""metrics-server: what pods use, for `kubectl top` and for autoscalers.

It is what Kubernetes publishes, but for two things that this cluster can do better: the kubelet's certificate and
its own are checked, and it measures every ten seconds (the shortest that it takes), so autoscalers react soon.
"""

import base64
from typing import Any, Final

from sandbox.kubernetes.addons import workload
from sandbox.kubernetes.pki import Pki

NAME: Final = "metrics-server"
API: Final = "v1beta1.metrics.k8s.io"
PORT: Final = 10250


def manifests(image: str, pki: Pki) -> list[dict[str, Any]]:
    """Its objects."""
    return [
        workload.service_account(NAME),
        workload.cluster_role(
            "system:metrics-server",
            [
                {"apiGroups": [""], "resources": ["nodes/metrics"], "verbs": ["get"]},
                {"apiGroups": [""], "resources": ["pods", "nodes"], "verbs": ["get", "list", "watch"]},
            ],
        ),
        {
            **workload.cluster_role(
                "system:aggregated-metrics-reader",
                [
                    {
                        "apiGroups": ["metrics.k8s.io"],
                        "resources": ["pods", "nodes"],
                        "verbs": ["get", "list", "watch"],
                    }
                ],
            ),
            "metadata": {
                "name": "system:aggregated-metrics-reader",
                "labels": {f"{workload.RBAC}/aggregate-to-{role}": "true" for role in ("admin", "edit", "view")},
            },
        },
        workload.binding(
            "ClusterRoleBinding",
            {"name": "system:metrics-server"},
            ("ClusterRole", "system:metrics-server"),
            NAME,
        ),
        workload.binding(
            "ClusterRoleBinding",
            {"name": "metrics-server:system:auth-delegator"},
            ("ClusterRole", "system:auth-delegator"),
            NAME,
        ),
        workload.binding(
            "RoleBinding",
            {"name": "metrics-server-auth-reader", "namespace": workload.NAMESPACE},
            ("Role", "extension-apiserver-authentication-reader"),
            NAME,
        ),
        {
            "apiVersion": "v1",
            "kind": "Secret",
            "type": "kubernetes.io/tls",
            "metadata": workload.metadata(NAME),
            "data": {
                "tls.crt": _encoded(pki.metrics_server.certificate.read_bytes()),
                "tls.key": _encoded(pki.metrics_server.key.read_bytes()),
            },
        },
        {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": workload.metadata(NAME),
            "spec": {
                "selector": workload.selector(NAME),
                "ports": [{"name": "https", "port": 443, "targetPort": "https", "protocol": "TCP"}],
            },
        },
        workload.deployment(NAME, _pod(image)),
        {
            "apiVersion": "apiregistration.k8s.io/v1",
            "kind": "APIService",
            "metadata": {"name": API, "labels": workload.selector(NAME)},
            "spec": {
                "group": "metrics.k8s.io",
                "version": "v1beta1",
                "groupPriorityMinimum": 100,
                "versionPriority": 100,
                "service": {"name": NAME, "namespace": workload.NAMESPACE, "port": 443},
                "caBundle": _encoded(pki.cluster.certificate.read_bytes()),
            },
        },
    ]


def _pod(image: str) -> dict[str, Any]:
    return {
        "serviceAccountName": NAME,
        "priorityClassName": "system-cluster-critical",
        "securityContext": workload.POD_SECURITY,
        "containers": [
            {
                "name": NAME,
                "image": image,
                "args": [
                    f"--secure-port={PORT}",
                    "--tls-cert-file=/etc/metrics-server/tls.crt",
                    "--tls-private-key-file=/etc/metrics-server/tls.key",
                    "--kubelet-certificate-authority=/var/run/secrets/kubernetes.io/serviceaccount/ca.crt",
                    "--kubelet-preferred-address-types=InternalIP",
                    "--kubelet-use-node-status-port",
                    "--metric-resolution=10s",
                    "--kubelet-request-timeout=5s",  # must be shorter than the resolution
                ],
                "ports": [{"name": "https", "containerPort": PORT, "protocol": "TCP"}],
                "readinessProbe": {
                    "httpGet": {"path": "/readyz", "port": "https", "scheme": "HTTPS"},
                    "periodSeconds": 2,
                },
                "livenessProbe": {
                    "httpGet": {"path": "/livez", "port": "https", "scheme": "HTTPS"},
                    "initialDelaySeconds": 30,
                    "timeoutSeconds": 5,
                },
                "resources": {
                    "requests": {"cpu": "20m", "memory": "60Mi"},
                    "limits": {"cpu": "500m", "memory": "200Mi"},
                },
                "securityContext": workload.CONTAINER_SECURITY,
                "volumeMounts": [{"name": "certificate", "mountPath": "/etc/metrics-server", "readOnly": True}],
            }
        ],
        "volumes": [{"name": "certificate", "secret": {"secretName": NAME}}],
    }


def _encoded(content: bytes) -> str:
    return base64.b64encode(content).decode()
