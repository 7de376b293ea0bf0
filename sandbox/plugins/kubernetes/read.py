"""Reads objects back: what a refresh sees, and what an import brings in."""

import copy
from typing import Final

from sandbox.plugins.kubernetes import checkpoint, field_managers
from sandbox.plugins.kubernetes.api import Api
from sandbox.plugins.kubernetes.awaiting.waiting import check
from sandbox.plugins.kubernetes.errors import ApiError, NoMatch, NotLive, Refused
from sandbox.plugins.kubernetes.normalize import READ_ONLY, normalized
from sandbox.plugins.kubernetes.objects import (
    Object,
    at,
    drop,
    identifier,
    kind_of,
    kind_of_urn,
    metadata,
    split_identifier,
)
from sandbox.plugins.kubernetes.prune import pruned, with_left_out
from sandbox.plugins.kubernetes.session import InitFailed, Resource, Session, recorded
from sandbox.plugins.wire import Properties

NOT_INPUTS: Final = ("deployment.kubernetes.io/revision", checkpoint.LAST_APPLIED)
"""Annotations that no program declares."""


def run(
    session: Session, resource: Resource, identity: str, state: Properties, inputs: Properties
) -> tuple[Properties, Properties] | None:
    """State and inputs of a live object; None when it is gone.

    Inputs that were declared keep their shape; without them, all that the object declares are its inputs.

    Raises:
        Refused: the API server would not tell.
        InitFailed: it is there, but not live.
    """
    if session.forgets_unreachable:
        resource.log.warn(f"{identity} is taken out of the state, because its cluster is unreachable")
        return None
    if session.api is None and session.settings.skip_update_unreachable:
        return state, inputs
    api, declared = session.cluster(), normalized(checkpoint.object_of(inputs))
    _, before = checkpoint.split(state)
    known = "kind" in declared
    namespace, name = split_identifier(identity)
    kind = kind_of(declared) if known else kind_of_urn(resource.urn)
    whose = {"apiVersion": kind.api_version, "kind": kind.kind, "metadata": {"name": name, "namespace": namespace}}
    live = _live_or_gone(api, whose)
    if live is None:
        return None
    if known and not at(before, "metadata", "uid"):
        # Not what the API server answered, but inputs alone: the engine was killed and asks whether we got to it.
        creation = session.creations.find(resource.urn, identity)
        if creation is None or not creation.made(live):
            return None
        before, state = {}, {**state, checkpoint.FIELD_MANAGER: creation.manager}
    found = with_left_out(pruned(live, declared), declared, before) if known else _imported(live)
    result = recorded(found, live, inputs, state, field_managers.manager_of(found, state))
    found_inputs = checkpoint.inputs_of(found, inputs)
    if known:
        try:
            check(api, live, declared, resource.log)
        except NotLive as error:
            raise InitFailed(str(error), identity, result, found_inputs, error.reasons) from error
    return result, found_inputs


def _live_or_gone(api: Api, obj: Object) -> Object | None:
    try:
        return api.get(obj)
    except NoMatch:
        return None
    except ApiError as error:
        if error.status == 404:  # noqa: PLR2004 (not found)
            return None
        raise Refused(f"{identifier(obj)} could not be read: {error}") from error


def _imported(live: Object) -> Object:
    """All of an object that isn't status or bookkeeping."""
    inputs = {key: copy.deepcopy(value) for key, value in live.items() if key != "status"}
    for key in READ_ONLY:
        metadata(inputs).pop(key, None)
    for key in NOT_INPUTS:
        drop(inputs, ["metadata", "annotations", key])
    if not at(inputs, "metadata", "annotations"):
        metadata(inputs).pop("annotations", None)
    return inputs
