"""A configured provider: the cluster, the settings to use it by, and what every operation needs of both."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from sandbox.plugins.kubernetes import checkpoint
from sandbox.plugins.kubernetes.api import Api
from sandbox.plugins.kubernetes.awaiting.waiting import Patience
from sandbox.plugins.kubernetes.creations import Creations
from sandbox.plugins.kubernetes.errors import ApiError, NoMatch, Refused, Unreachable
from sandbox.plugins.kubernetes.log import Log
from sandbox.plugins.kubernetes.objects import Object, is_patch, kind_of
from sandbox.plugins.kubernetes.settings import Settings
from sandbox.plugins.wire import Properties

CLUSTER_WIDE: Final = frozenset(
    {
        "APIService",
        "CSIDriver",
        "ClusterRole",
        "ClusterRoleBinding",
        "CustomResourceDefinition",
        "IngressClass",
        "MutatingWebhookConfiguration",
        "Namespace",
        "Node",
        "PersistentVolume",
        "PriorityClass",
        "RuntimeClass",
        "StorageClass",
        "ValidatingAdmissionPolicy",
        "ValidatingAdmissionPolicyBinding",
        "ValidatingWebhookConfiguration",
    }
)
"""Kinds without a namespace, for when the cluster cannot be asked."""


class InitFailed(Exception):
    """The operation went through, but the object isn't live.

    Attributes:
        identity: the resource's id.
        state: what is to be recorded.
        inputs: the inputs to record, empty to keep those of the program.
        reasons: all that the user is told, one entry each.
    """

    def __init__(
        self, message: str, identity: str, state: Properties, inputs: Properties, reasons: Sequence[str] = ()
    ) -> None:
        super().__init__(message)
        self.identity, self.state, self.inputs = identity, state, inputs
        self.reasons = [message, *reasons]


@dataclass(frozen=True)
class Resource:
    """One resource of the program, as an operation meets it.

    Attributes:
        urn: its URN.
        log: where to tell the user about it.
        timeout: its `customTimeouts` for the operation in seconds, 0 for none.
    """

    urn: str
    log: Log
    timeout: float = 0

    @property
    def name(self) -> str:
        """Its name in the program."""
        return self.urn.rpartition("::")[2]

    def is_patch(self, obj: Object) -> bool:
        """Whether it is a `…Patch` resource, which manages some fields of a foreign object."""
        return is_patch(self.urn, obj)


@dataclass(frozen=True)
class Session:
    """A configured provider.

    Attributes:
        api: the cluster; None when it cannot be used.
        settings: the provider's inputs.
        creations: what is being created.
        namespace: for objects that name none.
        unreachable: why the cluster cannot be used; empty when it can.
        cancelled: set when the user cancels the update.
    """

    api: Api | None
    settings: Settings
    creations: Creations
    namespace: str = "default"
    unreachable: str = ""
    cancelled: threading.Event = field(default_factory=threading.Event)

    def cluster(self) -> Api:
        """The cluster.

        Raises:
            Refused: it cannot be used.
        """
        if self.api is None:
            raise Refused(f"configured Kubernetes cluster is unreachable: {self.unreachable}")
        return self.api

    @property
    def forgets_unreachable(self) -> bool:
        """Whether what is in a cluster that cannot be used counts as gone."""
        return self.api is None and self.settings.delete_unreachable

    def is_namespaced(self, obj: Object) -> bool:
        """Whether objects of this type have a namespace; assumed for a type that the cluster does not know yet."""
        if self.api is None:
            return kind_of(obj).kind not in CLUSTER_WIDE
        try:
            return self.api.endpoint(obj).namespaced
        except (ApiError, NoMatch, Unreachable):
            return kind_of(obj).kind not in CLUSTER_WIDE

    def is_served(self, obj: Object) -> bool:
        """Whether the cluster knows objects of this type."""
        try:
            return self.api is not None and bool(self.api.endpoint(obj))
        except NoMatch:
            return False

    def patience(self, resource: Resource) -> Patience:
        """How long the operation may wait."""
        return Patience(resource.timeout, self.cancelled, resource.log)

    def learned(self, obj: Object) -> None:
        """Note that an object was written or deleted: a definition changes what types there are."""
        if self.api is not None and kind_of(obj).kind == "CustomResourceDefinition":
            self.api.discovery.forget()


def recorded(inputs: Object, live: Object, model: Properties, state: Properties, manager: str) -> Properties:
    """The state of a resource; `state` is the one before, whose first `apiVersion` stays."""
    version = state.get(checkpoint.API_VERSION) or inputs.get("apiVersion") or live.get("apiVersion") or ""
    return checkpoint.recorded(inputs, live, model, str(version), manager)
