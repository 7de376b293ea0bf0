"""Everything is in a namespace that somebody has chosen."""

from collections.abc import Iterator
from typing import Final

from policies import objects
from policies.objects import Object
from policies.rule import rule

_OF_THE_CLUSTER: Final = {
    "APIService",
    "CSIDriver",
    "CertificateSigningRequest",
    "ClusterAnalysisTemplate",
    "ClusterRole",
    "ClusterRoleBinding",
    "CustomResourceDefinition",
    "FlowSchema",
    "GatewayClass",
    "IngressClass",
    "MutatingWebhookConfiguration",
    "Namespace",
    "Node",
    "NodeClass",
    "NodePool",
    "PersistentVolume",
    "PriorityClass",
    "PriorityLevelConfiguration",
    "RuntimeClass",
    "StorageClass",
    "ValidatingAdmissionPolicy",
    "ValidatingAdmissionPolicyBinding",
    "ValidatingWebhookConfiguration",
    "VolumeAttributesClass",
}


@rule(objects.declared)
def require_namespace(one: Object) -> Iterator[str]:
    """Every object of a namespace says which one, and it isn't the default one."""
    if one.kind not in _OF_THE_CLUSTER and (found := one.namespace) in (None, "", "default"):
        yield (
            f"{one} has metadata.namespace {found!r}: name one of its own, "
            f"or add {one.kind!r} to this rule's list if it belongs to no namespace"
        )
