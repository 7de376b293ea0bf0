"""What is measured of a new version beside the stable one."""

from dataclasses import dataclass

from infra.serving.config import Model, Stage
from infra.serving.monitoring.series import Series


@dataclass(frozen=True, kw_only=True)
class Metric:
    """A question that Argo Rollouts asks Prometheus again and again, and when its answer ends a release.

    Attributes:
        name: in kebab case.
        meaning: one sentence, for reports.
        query: PromQL, with the pods of both versions as `{{args.canary}}` and `{{args.stable}}`.
        success: expression on `result`; what isn't is a failure. None: what is no failure.
        failure: expression on `result`; what isn't is a success. None: what is no success.
        delay: seconds before the first question.
        interval: seconds between two questions.
        count: so many answers.
        failure_limit: more failures end the release; -1: none does.
        consecutive_success_limit: with so many successes in a row it is enough; without them all, it failed.
    """

    name: str
    meaning: str
    query: str
    success: str | None = None
    failure: str | None = None
    delay: int
    interval: int
    count: int
    failure_limit: int = 0
    consecutive_success_limit: int | None = None


def metrics(series: Series, model: Model, stage: Stage, scrape_seconds: int) -> list[Metric]:
    """What is measured in one stage of a release."""
    if model.analysis is None:
        return []
    asked = "|".join(("model_predictions_total", "model_synthetic_predictions_total"))
    pods = f'pod=~"{series.model}-{{{{args.canary}}}}-[^-]+"'
    window = f"{stage.seconds + scrape_seconds}s"
    return [
        Metric(
            name="evidence",
            meaning="Requests that the new version answered.",
            query=f'sum(increase({{__name__=~"{asked}",namespace="{series.namespace}",{pods}}}[{window}]))',
            success=f"len(result) > 0 && result[0] >= {model.analysis.minimum_requests}",
            delay=stage.seconds,
            interval=5,
            count=12,
            failure_limit=-1,
            consecutive_success_limit=1,
        )
    ]
