"""Which release a pod belongs to: a short name for everything that its template says.

The same template has the same id, so a change of the stack that doesn't reach the pods makes no release, and a
rollback gets the id that it had. It stands in the template as an annotation, from which the pod reads it.
"""

import hashlib
from collections.abc import Mapping
from typing import Any, Final

import pulumi
from pulumi_kubernetes.core.v1 import EnvVarArgsDict

ANNOTATION: Final = "slipway.dev/release"

# The pod's own annotation: the id can't be part of what it is made from.
FROM_ANNOTATION: Final[EnvVarArgsDict] = {
    "name": "RELEASE",
    "value_from": {"field_ref": {"field_path": f"metadata.annotations['{ANNOTATION}']"}},
}


def identify(template: Mapping[str, Any]) -> pulumi.Output[str]:
    """The id of a release whose pods are made from `template`: ten hexadecimal digits."""
    return pulumi.Output.json_dumps(template, sort_keys=True).apply(_digest)


def _digest(content: str) -> str:
    return hashlib.sha256(content.encode()).hexdigest()[:10]
