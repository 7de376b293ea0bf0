"""How Prometheus gets a model's figures: from each of its pods, as long as it runs."""

from collections.abc import Mapping
from typing import Any

from infra.shared.rules import seconds


def spec(name: str, selector: Mapping[str, str], scrape_seconds: int) -> dict[str, Any]:
    """The spec of a PodMonitor: no Service leads to the port, and of one's endpoints those unready would be missing.

    Args:
        name: of the model's objects; every series gets it as the label `model`.
        selector: the labels of its pods.
        scrape_seconds: how often.
    """
    return {
        "selector": {"matchLabels": dict(selector)},
        "podMetricsEndpoints": [
            {
                "port": "monitoring",
                "path": "/metrics",
                "interval": seconds(scrape_seconds),
                "relabelings": [{"targetLabel": "model", "replacement": name}],
            }
        ],
    }
