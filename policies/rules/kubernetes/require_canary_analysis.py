"""A new version is judged by what it does, before more requests go to it."""

from collections.abc import Iterator

from policies import objects
from policies.objects import Object
from policies.props import Props, section
from policies.props import objects as objects_at
from policies.rule import rule


def _canaries(resource_type: str, props: Props) -> Iterator[Object]:
    for one in objects.declared(resource_type, props):
        if (one.group, one.kind) == ("argoproj.io", "Rollout") and section(one.spec, "strategy", "canary"):
            yield one


@rule(_canaries)
def require_canary_analysis(rollout: Object) -> Iterator[str]:
    """Every canary is judged by an analysis at each share of the requests, or by one all the time."""
    canary = section(rollout.spec, "strategy", "canary")
    if any(objects_at(section(canary, "analysis"), "templates")):
        return
    unjudged = "all"
    for step in objects_at(canary, "steps"):
        if weight := step.get("setWeight"):
            if unjudged.endswith("%"):
                yield _says(rollout, unjudged)
            unjudged = f"{weight:g} %"
        if any(objects_at(section(step, "analysis"), "templates")):
            unjudged = ""
    if unjudged:
        yield _says(rollout, unjudged)


def _says(rollout: Object, share: str) -> str:
    return (
        f"{rollout} gives {share} of the requests to a new version that nothing judges: "
        "let a step with an analysis come after it (slipway:models.MODEL.analysis)"
    )
