"""The state's shape: the live object, and beside it the inputs and how they are applied."""

from typing import Any, Final

from sandbox.plugins.kubernetes.objects import DASHED, UNDERSCORED, Object, renamed
from sandbox.plugins.wire import Properties, Secret, plain, with_secrets_of

INPUTS: Final = "__inputs"
API_VERSION: Final = "__initialApiVersion"
FIELD_MANAGER: Final = "__fieldManager"
OURS: Final = (INPUTS, API_VERSION, FIELD_MANAGER)
SECRET_FIELDS: Final = ("data", "stringData")


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
    if value.get("kind") != "Secret" or value.get("apiVersion") != "v1":
        return marked
    # What a Secret holds is secret as a whole, wherever it came from.
    return {key: Secret(plain(item)) if key in SECRET_FIELDS and plain(item) else item for key, item in marked.items()}
