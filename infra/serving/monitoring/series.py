"""Where a model's figures are found: the selectors that its rules share."""

from dataclasses import dataclass
from typing import Final

RELEASE: Final = "namespace, model, model_version, release"
"""The labels of what is recorded of each release: in a canary there are two."""


@dataclass(frozen=True, kw_only=True)
class Series:
    """The series of one model.

    Attributes:
        namespace: where it runs.
        model: the name of its objects, like `maintenance-predictor`; the scrape adds it as a label.
    """

    namespace: str
    model: str

    @property
    def labels(self) -> dict[str, str]:
        """The labels of whatever is said of the model."""
        return {"namespace": self.namespace, "model": self.model}

    def of(self, metric: str, *matchers: str, window: str = "") -> str:
        """What its pods tell, or what was recorded of it; over a window, if one is given, like `5m`."""
        return _selector(metric, [f'namespace="{self.namespace}"', f'model="{self.model}"', *matchers], window)

    def of_rollout(self, metric: str, *matchers: str) -> str:
        """What Argo Rollouts' controller tells of it."""
        return _selector(metric, [f'namespace="{self.namespace}"', f'name="{self.model}"', *matchers], "")

    def of_containers(self, metric: str, *matchers: str, window: str = "") -> str:
        """What the kubelet tells of its containers, which knows pods alone: Argo Rollouts adds two words to a name."""
        pod = f'pod=~"{self.model}-[^-]+-[^-]+"'
        own = [f'namespace="{self.namespace}"', pod, 'container="model-server"', *matchers]
        return _selector(metric, own, window)


def _selector(metric: str, matchers: list[str], window: str) -> str:
    return f"{metric}{{{','.join(matchers)}}}" + (f"[{window}]" if window else "")
