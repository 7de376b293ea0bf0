"""Changes of a stack's configuration, to put one thing wrong or different."""

import copy
from collections.abc import Callable
from typing import Any, TypeAlias

from tests.infra.values import Object

Change: TypeAlias = Callable[[Object], None]
MODEL = ("slipway:models", "maintenance_predictor")


def put(*path: str, value: object) -> Change:
    """Set the value at `path`."""

    def change(config: Object) -> None:
        _place(config, path)[path[-1]] = value

    return change


def drop(*path: str) -> Change:
    """Take away what is at `path`."""

    def change(config: Object) -> None:
        del _place(config, path)[path[-1]]

    return change


def unwatched(config: Object) -> None:
    """Want nothing of a monitoring: the serving stack of a platform that has none."""
    drop("slipway:monitoring")(config)
    drop(*MODEL, "analysis")(config)
    drop(*MODEL, "scaling", "requestsInFlight")(config)


def second_model(route: str, name: str = "pump", **more: str) -> Change:
    """Serve another model at `route`."""

    def change(config: Object) -> None:
        models = config["slipway:models"]
        models[name] = copy.deepcopy(models["maintenance_predictor"]) | {"route": route, **more}

    return change


def serving_namespace(name: str, prefix: str) -> Change:
    """Give another namespace to a serving stack, with the routes below `prefix`."""

    def change(config: Object) -> None:
        namespaces = config["slipway-platform:namespaces"]
        namespaces[name] = copy.deepcopy(namespaces["serving"]) | {"routes": [{"path": prefix}]}

    return change


def _place(config: Object, path: tuple[str, ...]) -> Any:
    place: Any = config
    for step in path[:-1]:
        place = place[step]
    return place
