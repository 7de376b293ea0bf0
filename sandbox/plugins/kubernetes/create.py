"""Creates objects: by POST, so that one that exists is never overwritten.

One that an earlier creation of the same resource has made, without the engine hearing of it, is no stranger: it is
brought to the inputs by an update (`creations`).
"""

from typing import Final

from sandbox.plugins.kubernetes import checkpoint, field_managers, update
from sandbox.plugins.kubernetes.api import Api, Reason
from sandbox.plugins.kubernetes.awaiting.waiting import until_live
from sandbox.plugins.kubernetes.creations import Creation
from sandbox.plugins.kubernetes.errors import ApiError, NoMatch, NotLive, Refused, Unreachable
from sandbox.plugins.kubernetes.objects import Object, annotation, identifier, kind_of_urn
from sandbox.plugins.kubernetes.session import InitFailed, Resource, Session, recorded
from sandbox.plugins.wire import Properties, has_unknown

# A misspelt field is an error: the official plugin finds most of them with the API's schema before it sends anything.
STRICT: Final = "Strict"
# A type or a namespace may be on its way, and so may the API server: they are asked for again after these seconds.
PAUSES: Final = (0.5, 1.0, 2.0, 4.0, 8.0)

EXISTS: Final = """

The resource already exists in the cluster. This can happen when:

  - Renaming a Pulumi resource: use an alias to preserve the identity,
    or use deleteBeforeReplace if the resource needs replacement.
  - Managing an existing resource: use a Patch resource (e.g. NamespacePatch)
    to manage specific fields without owning the resource lifecycle.
  - Adopting a resource into Pulumi: use `pulumi import`.
  - Intentional upsert: set upsertExistingObjects on the provider."""


def preview(session: Session, resource: Resource, new: Properties) -> Properties:
    """The state that a creation would leave, or the inputs alone where only the update can tell.

    That is so for unknown inputs, for a type or namespace that this update makes first, for what only the update
    may do, and for an object that exists, which may be about to be deleted.

    Raises:
        Refused: the API server would refuse the object.
    """
    wanted = checkpoint.object_of(new)
    if session.api is None or has_unknown(new) or resource.is_patch(wanted):
        return new
    try:
        live = session.api.create(wanted, dryRun="All", fieldManager=field_managers.CREATOR, fieldValidation=STRICT)
    except NoMatch:
        return new
    except ApiError as error:
        if error.reason in (Reason.FORBIDDEN, Reason.ALREADY_EXISTS) or _misses_namespace(error):
            return new
        raise _refusal(resource.urn, error) from error
    live.pop("status", None)
    return recorded(wanted, live, new, {}, field_managers.manager_of(wanted, {}))


def run(session: Session, resource: Resource, new: Properties) -> tuple[str, Properties]:
    """Id and state of a new object, once it is live.

    Raises:
        Refused: nothing was created.
        Unreachable: whether it was created isn't known; the next creation finds out.
        InitFailed: it was created, but isn't live.
    """
    session.cluster()
    wanted = checkpoint.object_of(new)
    whose = resource.urn, identifier(wanted)
    creation = session.creations.begin(*whose, wanted)
    known: Properties = {checkpoint.FIELD_MANAGER: creation.manager}
    try:
        live = _made(session, resource, wanted, creation)
        if creation.inputs:
            manager = field_managers.manager_of(wanted, known)
            state = _awaited(session, resource, live, new, manager)
        else:  # made by a creation that was broken off, and perhaps from other inputs
            state = update.run(session, resource, known, new, (), preview=False)
    except InitFailed:
        session.creations.answer(*whose, creation)
        raise
    session.creations.answer(*whose, creation)
    return identifier(live), state


def _made(session: Session, resource: Resource, wanted: Object, creation: Creation) -> Object:
    """The object, made now, or by this creation when it was broken off."""
    try:
        if resource.is_patch(wanted) or session.settings.upsert_existing_objects:
            force = session.settings.enable_patch_force or annotation(wanted, field_managers.FORCE) == "true"
            manager = field_managers.manager_of(wanted, {checkpoint.FIELD_MANAGER: creation.manager})
            live = session.cluster().apply(wanted, manager, force=force, fieldValidation=STRICT)
        else:
            live = _posted(session, resource, wanted, creation)
    except (ApiError, NoMatch) as error:
        if isinstance(error, NoMatch) or error.status < 500:  # noqa: PLR2004 (where the server's own errors begin)
            session.creations.forget(resource.urn, identifier(wanted))
        raise _refusal(resource.urn, error) from error
    session.learned(live)
    return live


def _posted(session: Session, resource: Resource, wanted: Object, creation: Creation) -> Object:
    for attempt, pause in enumerate(PAUSES, start=1):
        try:
            return _post(session.cluster(), wanted, creation)
        except (ApiError, NoMatch, Unreachable) as error:
            if isinstance(error, ApiError) and error.reason != Reason.NOT_FOUND and not error.is_outdated:
                raise
            resource.log.status(f"Retry #{attempt}; creation failed: {error}")
            if session.cancelled.wait(pause):
                raise
    return _post(session.cluster(), wanted, creation)


def _post(api: Api, wanted: Object, creation: Creation) -> Object:
    try:
        return api.create(wanted, fieldManager=creation.manager, fieldValidation=STRICT)
    except ApiError as error:
        if error.reason != Reason.ALREADY_EXISTS:
            raise
        live = api.get(wanted)
        if not creation.made(live):
            raise
        return live


def _awaited(session: Session, resource: Resource, live: Object, new: Properties, manager: str) -> Properties:
    wanted = checkpoint.object_of(new)
    try:
        live = until_live(session.cluster(), live, wanted, session.patience(resource))
    except NotLive as error:
        message = (
            f'resource "{resource.urn}" was successfully created, but the Kubernetes API server reported that it '
            f"failed to fully initialize or become live: {error}"
        )
        state = recorded(wanted, error.live, new, {}, manager)
        raise InitFailed(message, identifier(error.live), state, {}, error.reasons) from error
    session.learned(live)
    return recorded(wanted, live, new, {}, manager)


def _refusal(urn: str, error: ApiError | NoMatch) -> Refused:
    if isinstance(error, NoMatch):
        return Refused(
            f'creation of resource "{urn}" with kind {kind_of_urn(urn)} failed because the Kubernetes API server '
            "reported that the apiVersion for this resource does not exist. Verify that any required CRDs have been "
            f"created: {error}"
        )
    told = f'resource "{urn}" was not successfully created by the Kubernetes API server: {error}'
    return Refused(told + (EXISTS if error.reason == Reason.ALREADY_EXISTS else ""))


def _misses_namespace(error: ApiError) -> bool:
    return error.reason == Reason.NOT_FOUND and error.details.get("kind") == "namespaces"
