"""The state's shape: the live object, and beside it the inputs and how they are applied."""

from typing import Any, Final

from sandbox.plugins.kubernetes.objects import DASHED, UNDERSCORED, Object, at, is_map, renamed
from sandbox.plugins.wire import Properties, Secret, has_secret, plain, with_secrets_of

INPUTS: Final = "__inputs"
API_VERSION: Final = "__initialApiVersion"
FIELD_MANAGER: Final = "__fieldManager"
OURS: Final = (INPUTS, API_VERSION, FIELD_MANAGER)
SECRET_FIELDS: Final = ("data", "stringData")
LAST_APPLIED: Final = "kubectl.kubernetes.io/last-applied-configuration"
"""The annotation in which `kubectl apply` keeps a copy of all that it was given."""


def object_of(inputs: Properties) -> Object:
    """The Kubernetes object that inputs describe: no secrets, keys as the API server spells them."""
    return renamed(plain({key: value for key, value in inputs.items() if key not in OURS}), DASHED)


def inputs_of(obj: Object, model: Properties) -> Properties:
    """Inputs for the engine: `obj` with the secrets that `model` has, keys as the SDKs spell them."""
    return _with_secrets(renamed(obj, UNDERSCORED), model)


def recorded(inputs: Object, live: Object, model: Properties, api_version: str, manager: str) -> Properties:
    """What goes into the state.

    Args:
        inputs: the inputs as the API server got them.
        live: its answer.
        model: the inputs with their secrets.
        api_version: the `apiVersion` of the first creation.
        manager: our field manager's name for this object.
    """
    return {
        **_with_secrets(renamed(live, UNDERSCORED), model),
        INPUTS: _with_secrets(renamed(inputs, UNDERSCORED), model),
        API_VERSION: api_version,
        FIELD_MANAGER: manager,
    }


def split(state: Properties) -> tuple[Object, Object]:
    """Inputs and live object of a recorded state."""
    return object_of(plain(state.get(INPUTS) or {})), object_of(state)


def _with_secrets(value: Properties, model: Properties) -> Properties:
    marked: dict[str, Any] = with_secrets_of(model, value)
    is_secret = (value.get("apiVersion"), value.get("kind")) == ("v1", "Secret")
    if is_secret:
        # What a Secret holds is secret as a whole, wherever it came from.
        marked |= {key: Secret(plain(marked[key])) for key in SECRET_FIELDS if plain(marked.get(key))}
    annotations = at(marked, "metadata", "annotations")
    if is_map(annotations) and LAST_APPLIED in annotations and (is_secret or has_secret(model)):
        copied = Secret(plain(annotations[LAST_APPLIED]))
        marked["metadata"] = {**marked["metadata"], "annotations": {**annotations, LAST_APPLIED: copied}}
    return marked
