"""Series of the included model, as its pods and those who know of them tell them, and its rules."""

from typing import Final

from infra.serving.config import Model
from infra.serving.monitoring.objectives import Objective, objectives
from infra.serving.monitoring.series import Series
from tests.infra import stacks

NAME: Final = "maintenance-predictor"
SERIES: Final = Series(namespace="serving", model=NAME)
MODEL: Final = Model.model_validate(stacks.serving_configuration("local")["slipway:models"]["maintenance_predictor"])
OBJECTIVES: Final[dict[str, Objective]] = {one.name: one for one in objectives(SERIES, MODEL.objectives)}
POD: Final = f"{NAME}-6c9f7d5b4-x2x2x"
RELEASE: Final = f'namespace="serving",model="{NAME}",model_version="1.0.0",release="1a2b"'


def told(metric: str, *labels: str, pod: str = POD, release: str = RELEASE) -> str:
    """A series of a pod."""
    own = ",".join([release, f'pod="{pod}"', *labels])
    return f"{metric}{{{own}}}"
