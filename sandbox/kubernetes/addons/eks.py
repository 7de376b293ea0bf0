"""What an EKS cluster in Auto Mode has from its beginning, for stacks that declare it: kinds of nodes, and pods' roles.

Nobody makes nodes of them here. NodePools are Karpenter's own kind, from its module; of NodeClass AWS publishes no
definition, so this one has the fields of its guide and no others
(docs.aws.amazon.com/eks/latest/userguide/create-node-class.html).
"""

import base64
from collections.abc import Mapping
from typing import Any, Final

from sandbox.kubernetes import addresses
from sandbox.kubernetes.pki import Pki

GROUP: Final = "eks.amazonaws.com"
_STRING: Final = {"type": "string"}
_STRINGS: Final = {"type": "object", "additionalProperties": _STRING}


def manifests(pools: Mapping[str, Any], pki: Pki) -> list[dict[str, Any]]:
    """Its objects.

    Args:
        pools: the definition of NodePools.
        pki: for whom the webhook's certificate is signed by.
    """
    authority = base64.b64encode(pki.cluster.certificate.read_bytes()).decode()
    return [dict(pools), _node_classes(), _pod_identity(authority)]


def _node_classes() -> dict[str, Any]:
    spec = {
        "type": "object",
        "required": ["subnetSelectorTerms", "securityGroupSelectorTerms"],
        "properties": {
            "role": _STRING,
            "instanceProfile": _STRING,
            "subnetSelectorTerms": _terms("id", least=1),
            "securityGroupSelectorTerms": _terms("id", "name", least=1),
            "podSubnetSelectorTerms": _terms("id"),
            "podSecurityGroupSelectorTerms": _terms("id", "name"),
            "capacityReservationSelectorTerms": _terms("id", "owner"),
            "snatPolicy": _one_of("Random", "Disabled"),
            "networkPolicy": _one_of("DefaultAllow", "DefaultDeny"),
            "networkPolicyEventLogs": _one_of("Enabled", "Disabled"),
            "ephemeralStorage": {
                "type": "object",
                "properties": {
                    "size": {"type": "string", "pattern": r"^\d+(Gi|G|Ti|T)$"},
                    "iops": {"type": "integer", "minimum": 3000, "maximum": 16000},
                    "throughput": {"type": "integer", "minimum": 125, "maximum": 1000},
                    "kmsKeyID": _STRING,
                },
            },
            "tags": _STRINGS,
        },
        "x-kubernetes-validations": [
            {"rule": "has(self.role) != has(self.instanceProfile)", "message": "give one of role and instanceProfile"}
        ],
    }
    # Nobody here writes a status; what does on AWS is not declared by anybody.
    status = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    schema = {
        "type": "object",
        "required": ["spec"],
        "properties": {
            "apiVersion": _STRING,
            "kind": _STRING,
            "metadata": {"type": "object"},
            "spec": spec,
            "status": status,
        },
    }
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"nodeclasses.{GROUP}"},
        "spec": {
            "group": GROUP,
            "scope": "Cluster",
            "names": {
                "kind": "NodeClass",
                "listKind": "NodeClassList",
                "plural": "nodeclasses",
                "singular": "nodeclass",
            },
            "versions": [
                {
                    "name": "v1",
                    "served": True,
                    "storage": True,
                    "schema": {"openAPIV3Schema": schema},
                    "subresources": {"status": {}},
                }
            ],
        },
    }


def _terms(*names: str, least: int = 0) -> dict[str, Any]:
    """Whom to take: each by its tags, or by one of `names`."""
    properties = {"tags": _STRINGS, **dict.fromkeys(names, _STRING)}
    return {"type": "array", "minItems": least, "items": {"type": "object", "properties": properties}}


def _one_of(*values: str) -> dict[str, Any]:
    return {"type": "string", "enum": list(values)}


def _pod_identity(authority: str) -> dict[str, Any]:
    """The webhook that gives pods what leads to their role: AWS answers it, as it does on EKS."""
    elsewhere = {"key": "kubernetes.io/metadata.name", "operator": "NotIn", "values": ["kube-system"]}
    return {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "MutatingWebhookConfiguration",
        "metadata": {"name": "pod-identity-webhook"},
        "webhooks": [
            {
                "name": f"pods.{GROUP}",
                "clientConfig": {"url": addresses.PODS_URL, "caBundle": authority},
                "rules": [
                    {
                        "apiGroups": [""],
                        "apiVersions": ["v1"],
                        "operations": ["CREATE"],
                        "resources": ["pods"],
                        "scope": "Namespaced",
                    }
                ],
                "namespaceSelector": {"matchExpressions": [elsewhere]},
                # Without it a pod has no role; without any pod there would be nothing at all.
                "failurePolicy": "Ignore",
                "sideEffects": "None",
                "admissionReviewVersions": ["v1"],
                "timeoutSeconds": 10,
            }
        ],
    }
