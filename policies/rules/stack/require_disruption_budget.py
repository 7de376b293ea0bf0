"""A node that is drained doesn't take all pods of a workload with it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from pulumi_policy import PolicyResource

from policies import label_selectors, objects, operated
from policies.autoscalers import FEWEST_PODS
from policies.objects import Object
from policies.props import Props, across, section
from policies.rule import stack_rule

_SCALED: Final = (
    ("apps", "Deployment"),
    ("apps", "ReplicaSet"),
    ("apps", "StatefulSet"),
    ("argoproj.io", "Rollout"),
    ("core", "ReplicationController"),
    *((operated.GROUP, kind) for kind in operated.MAIN),
)
_LABELS: Final = ("template", "metadata", "labels")
_BUDGET: Final = ("policy", "PodDisruptionBudget")


@dataclass(frozen=True)
class Scaled:
    """A workload that has a number of pods.

    Attributes:
        workload: the workload.
        stack: what else the stack declares.
    """

    workload: Object
    stack: Sequence[PolicyResource]

    @property
    def urn(self) -> str:
        """The workload's URN."""
        return self.workload.urn

    @property
    def replicas(self) -> float:
        """The fewest pods that it is meant to have."""
        own = self._number(self.workload.spec.get("replicas", 1))
        autoscalers = across(self._autoscaled, objects.of_stack(self.stack, *FEWEST_PODS))
        return max([own, *autoscalers])

    @property
    def budgets(self) -> Iterator[Object]:
        """The disruption budgets of its pods."""
        return across(self._bounded, objects.of_stack(self.stack, _BUDGET))

    def _autoscaled(self, autoscaler: Object) -> Iterator[float]:
        if self._refers(autoscaler, section(autoscaler.spec, "scaleTargetRef"), self.workload):
            key, unsaid = FEWEST_PODS[autoscaler.group, autoscaler.kind]
            yield self._number(autoscaler.spec.get(key, unsaid))

    def _bounded(self, budget: Object) -> Iterator[Object]:
        same = budget.namespace == self.workload.namespace
        if same and any(label_selectors.selects(section(budget.spec, "selector"), labels) for labels in self._labels()):
            yield budget

    def _labels(self) -> Iterator[Props]:
        """The labels of its pods: a Rollout may have its template from another workload."""
        reference = section(self.workload.spec, "workloadRef")
        for one in objects.of_stack(self.stack, *_SCALED) if reference else (self.workload,):
            if not reference or self._refers(self.workload, reference, one):
                yield section(one.spec, *(operated.LABELS if one.group == operated.GROUP else _LABELS))

    @staticmethod
    def _refers(referring: Object, reference: Props, to: Object) -> bool:
        named = reference.get("kind") == to.kind and reference.get("name") == to.name
        return named and referring.namespace == to.namespace

    @staticmethod
    def _number(value: Any) -> float:
        return value if isinstance(value, int | float) else 1


def _workloads(stack: Sequence[PolicyResource]) -> Iterator[Scaled]:
    return (Scaled(one, stack) for one in objects.of_stack(stack, *_SCALED))


@stack_rule(_workloads)
def require_disruption_budget(scaled: Scaled) -> Iterator[str]:
    """Every workload of several pods has a disruption budget that lets one of them go, and not all."""
    replicas = scaled.replicas
    if replicas <= 1:
        return
    budget = None
    for budget in scaled.budgets:
        most, fewest = budget.spec.get("maxUnavailable"), budget.spec.get("minAvailable")
        if most in (0, "0%") or fewest == "100%" or (isinstance(fewest, int | float) and fewest >= replicas):
            yield f"{budget} lets no pod of {scaled.workload} go, so no node can be drained: set maxUnavailable: 1"
        if most == "100%" or fewest in (0, "0%") or (isinstance(most, int | float) and most >= replicas):
            yield f"{budget} lets all pods of {scaled.workload} go at once: set maxUnavailable: 1"
    if budget is None:
        yield (
            f"{scaled.workload} has {int(replicas)} pods or more, and no PodDisruptionBudget of this stack selects "
            "them: declare one, or a drain may take all at once"
        )
