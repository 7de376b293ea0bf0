"""Updates objects by server-side apply, so that only what changed in the program changes in the cluster."""

from collections.abc import Sequence
from typing import Final

from sandbox.plugins.kubernetes import checkpoint, field_managers
from sandbox.plugins.kubernetes.api import Api, PatchType, Reason
from sandbox.plugins.kubernetes.awaiting.waiting import until_live
from sandbox.plugins.kubernetes.errors import ApiError, NoMatch, NotLive, Refused
from sandbox.plugins.kubernetes.ignoring import without_ignored
from sandbox.plugins.kubernetes.normalize import normalized
from sandbox.plugins.kubernetes.objects import Object, identifier, kind_of, metadata
from sandbox.plugins.kubernetes.session import InitFailed, Resource, Session, recorded
from sandbox.plugins.wire import Properties, has_unknown

# A controller may write the object between our reading and writing it: it is read again after these seconds.
PAUSES: Final = (0.1, 0.2, 0.4, 0.8, 1.6)
HELP: Final = (
    "https://www.pulumi.com/registry/packages/kubernetes/how-to-guides/managing-resources-with-server-side-apply/"
    "#handle-field-conflicts-on-existing-resources"
)


def run(
    session: Session, resource: Resource, state: Properties, new: Properties, ignored: Sequence[str], *, preview: bool
) -> Properties:
    """The state after an update, once the object is live, or the state that it would leave.

    Raises:
        Refused: there is no object to update.
        InitFailed: the update was refused, or the object isn't live.
    """
    wanted = normalized(checkpoint.object_of(new))
    if preview and (session.api is None or has_unknown(new) or not session.is_served(wanted)):
        return new
    api = session.cluster()
    before, manager = state.get(checkpoint.FIELD_MANAGER), field_managers.manager_of(wanted, state)
    try:
        live = _updated(session, resource, wanted, manager, ignored, preview=preview)
        if not preview:
            session.learned(live)
            live = until_live(api, live, wanted, session.patience(resource))
    except ApiError as error:
        if preview and error.reason == Reason.FORBIDDEN:
            return new
        raise _failed(api, error, wanted, new, state, manager) from error
    except (Refused, NotLive, NoMatch) as error:
        raise _failed(api, error, wanted, new, state, manager) from error
    if not preview and before and before != manager:
        relinquished(api, live, before)
    return recorded(wanted, live, new, state, manager)


def _updated(
    session: Session, resource: Resource, wanted: Object, manager: str, ignored: Sequence[str], *, preview: bool
) -> Object:
    for pause in PAUSES:
        try:
            return _sent(session, resource, wanted, manager, ignored, preview=preview)
        except ApiError as error:
            if not error.is_outdated or session.cancelled.wait(pause):
                raise
    return _sent(session, resource, wanted, manager, ignored, preview=preview)


def _sent(
    session: Session, resource: Resource, wanted: Object, manager: str, ignored: Sequence[str], *, preview: bool
) -> Object:
    api = session.cluster()
    live = api.get(wanted)
    options = {"fieldValidation": "Strict", **({"dryRun": "All"} if preview else {})}
    if kind_of(wanted).kind == "CustomResourceDefinition":
        # Its versions are one list: replaced as a whole, but never deleted, for its objects would go with it.
        version = {"resourceVersion": metadata(live)["resourceVersion"]}
        definition = {**wanted, "metadata": {**wanted["metadata"], **version}}
        return api.replace(definition, fieldManager=manager, **options)
    if not preview and not resource.is_patch(wanted):
        live = _taken_over(api, live, manager)
    force = session.settings.enable_patch_force or field_managers.forces(wanted, live, manager, preview=preview)
    try:
        return api.apply(without_ignored(wanted, live, manager, ignored), manager, force=force, **options)
    except ApiError as error:
        if error.reason != Reason.CONFLICT or error.is_outdated:
            raise
        raise Refused(
            f"server-side apply field conflict detected, see {HELP} for troubleshooting help\n"
            f'The resource managed by field manager "{manager}" had an apply conflict: {error}'
        ) from error


def _failed(
    api: Api, error: Exception, wanted: Object, new: Properties, state: Properties, manager: str
) -> InitFailed | Refused:
    """A refused update is recorded with the live object, so that the next preview still shows what is missing."""
    try:
        live = error.live if isinstance(error, NotLive) else api.get(wanted)
    except (ApiError, NoMatch):
        return Refused(f"update of {identifier(wanted)} failed: {error}")
    reasons = error.reasons if isinstance(error, NotLive) else ()
    message = (
        f'the Kubernetes API server reported that "{identifier(live)}" failed to fully initialize or become live: '
        f"{error}"
    )
    return InitFailed(message, identifier(live), recorded(wanted, live, new, state, manager), {}, reasons)


def _taken_over(api: Api, live: Object, manager: str) -> Object:
    entries = field_managers.taken_over(live, manager)
    if entries is None:
        return live
    version = metadata(live)["resourceVersion"]
    return api.patch(
        live,
        [
            # The version makes the server refuse what was computed from an object that has changed since.
            {"op": "replace", "path": "/metadata/resourceVersion", "value": version},
            {"op": "replace", "path": "/metadata/managedFields", "value": entries},
        ],
        PatchType.JSON,
    )


def relinquished(api: Api, live: Object, manager: str) -> None:
    """Give up every field that `manager` owns; fields that nobody else owns go away."""
    named = {key: metadata(live)[key] for key in ("name", "namespace") if key in metadata(live)}
    body = {"apiVersion": live["apiVersion"], "kind": live["kind"], "metadata": named}
    api.apply(body, manager, force=True)
