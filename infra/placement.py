"""Where pods run: spread over zones and nodes as far as these allow."""

from pulumi_kubernetes.core.v1 import TopologySpreadConstraintArgsDict


def spread(selector: dict[str, str]) -> list[TopologySpreadConstraintArgsDict]:
    """Keep the pods with these labels apart; one that can't be kept apart runs all the same."""
    return [
        {
            "max_skew": 1,
            "topology_key": key,
            "when_unsatisfiable": "ScheduleAnyway",
            "label_selector": {"match_labels": selector},
        }
        for key in ("topology.kubernetes.io/zone", "kubernetes.io/hostname")
    ]
