"""Deletes objects, with everything that they own, and waits until they are gone."""

from typing import Final

from sandbox.plugins.kubernetes import checkpoint, field_managers
from sandbox.plugins.kubernetes.awaiting.awaiters import skips
from sandbox.plugins.kubernetes.awaiting.waiting import until_gone
from sandbox.plugins.kubernetes.errors import ApiError, NoMatch, NotLive, Refused
from sandbox.plugins.kubernetes.objects import annotation, split_identifier
from sandbox.plugins.kubernetes.session import InitFailed, Resource, Session, recorded
from sandbox.plugins.kubernetes.update import relinquished
from sandbox.plugins.wire import Properties, plain

POLICY: Final = "pulumi.com/deletionPropagationPolicy"
POLICIES: Final = {"background": "Background", "foreground": "Foreground", "orphan": "Orphan"}


def run(session: Session, resource: Resource, identity: str, state: Properties) -> None:
    """Delete the object and wait until it is gone; one that is gone already is fine.

    Raises:
        Refused: the API server refused it.
        InitFailed: it is still there after the timeout.
    """
    if session.forgets_unreachable:
        resource.log.warn(f"{identity} is taken out of the state without its cluster, which is unreachable")
        return
    api = session.cluster()
    declared, live = checkpoint.split(state)
    name = split_identifier(identity)[1]
    try:
        if resource.is_patch(declared):
            relinquished(api, live, field_managers.manager_of(declared, state))
            return
        api.delete(live, name, POLICIES.get(annotation(declared, POLICY).lower(), "Foreground"))
        if not skips(declared):
            until_gone(api, live, name, declared, session.patience(resource))
    except NoMatch:
        pass
    except ApiError as error:
        if error.status != 404:  # noqa: PLR2004 (not found)
            raise Refused(f"{identity} could not be deleted: {error}") from error
    except NotLive as error:
        manager = field_managers.manager_of(declared, state)
        model = plain(state.get(checkpoint.INPUTS) or {})
        # Of a deletion that fails, the engine shows the message alone, and not the reasons beside it.
        message = "; ".join([str(error), *error.reasons])
        raise InitFailed(
            message, identity, recorded(declared, error.live, model, state, manager), {}, error.reasons
        ) from error
    session.creations.forget(resource.urn, identity)
    session.learned(live)
