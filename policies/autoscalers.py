"""What keeps a number of pods by itself."""

from typing import Final

FEWEST_PODS: Final = {
    ("autoscaling", "HorizontalPodAutoscaler"): ("minReplicas", 1),
    ("keda.sh", "ScaledObject"): ("minReplicaCount", 0),
}
"""Autoscalers by group and kind: which key of their spec says how many pods there are at least, and what it is when it
isn't said."""
