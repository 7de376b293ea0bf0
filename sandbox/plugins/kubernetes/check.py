"""Check: the inputs as they will be compared, sent and recorded."""

from sandbox.plugins.kubernetes import annotations, checkpoint, naming
from sandbox.plugins.kubernetes.normalize import normalized
from sandbox.plugins.kubernetes.objects import namespace_of, put
from sandbox.plugins.kubernetes.session import Resource, Session
from sandbox.plugins.wire import Properties, Unknown


def checked(
    session: Session, resource: Resource, old: Properties, new: Properties, seed: bytes, choice: naming.Autonaming
) -> Properties:
    """The new inputs with name and namespace, in the form in which the API server keeps them.

    Raises:
        Refused: the name is missing or not allowed, or an annotation is wrong.
    """
    obj = checkpoint.object_of(new)
    if not isinstance(obj.get("metadata"), Unknown):
        naming.named(obj, checkpoint.object_of(old), resource.name, seed, choice)
        if not namespace_of(obj) and session.is_namespaced(obj):
            put(obj, ["metadata", "namespace"], session.namespace)
    annotations.check(obj)
    return checkpoint.inputs_of(normalized(obj), new)
