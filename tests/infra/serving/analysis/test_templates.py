import pytest

from infra.serving.analysis.templates import ARGUMENTS
from tests.infra import stacks
from tests.infra.changes import MODEL, put
from tests.infra.values import Object, whole_numbers

NAME = "maintenance-predictor"


def templates(stack: str = "local") -> dict[str, Object]:
    found = stacks.serving(stack).of("AnalysisTemplate")
    return {one.name.removeprefix(f"{NAME}-"): whole_numbers(one.inputs["spec"]) for one in found}


def golden(spec: Object) -> Object:
    (metric,) = [one for one in spec["metrics"] if "job" in one["provider"]]
    return metric


def asked(spec: Object) -> list[Object]:
    return [one for one in spec["metrics"] if "prometheus" in one["provider"]]


def test_each_stage_has_a_template_of_its_own() -> None:
    assert set(templates()) == {"step-10", "step-50", "bake"}
    config = stacks.serving_configuration("local")
    put(*MODEL, "canary", "mirror", value={"percent": 10, "seconds": 20})(config)
    names = {one.name for one in stacks.serving_with(config).of("AnalysisTemplate")}
    assert names == {f"{NAME}-{word}" for word in ("shadow", "step-10", "step-50", "bake")}


@pytest.mark.parametrize("stack", stacks.STACKS)
def test_every_question_is_for_the_platforms_prometheus_and_is_given_up_after_a_while(stack: str) -> None:
    for spec in templates(stack).values():
        assert asked(spec)
        for metric in asked(spec):
            prometheus = metric["provider"]["prometheus"]
            assert prometheus["address"] == "http://prometheus-operated.monitoring.svc:9090"
            assert prometheus["timeout"] == 10


@pytest.mark.parametrize("stack", stacks.STACKS)
def test_what_can_not_be_measured_ends_no_release(stack: str) -> None:
    for spec in templates(stack).values():
        # It asks again each ten seconds: more errors than that has no release the time for.
        assert all(metric["consecutiveErrorLimit"] * 10 > 30 * 24 * 3600 for metric in spec["metrics"])


@pytest.mark.parametrize("stack", stacks.STACKS)
def test_every_metric_comes_to_an_end(stack: str) -> None:
    for spec in templates(stack).values():
        assert all(metric["count"] >= 1 and metric["interval"] for metric in spec["metrics"])
        names = [metric["name"] for metric in spec["metrics"]]
        assert len(names) == len(set(names))


@pytest.mark.parametrize("stack", stacks.STACKS)
def test_an_answer_is_a_success_or_a_failure_and_nothing_between(stack: str) -> None:
    # An inconclusive analysis pauses the release for ever.
    for spec in templates(stack).values():
        for metric in asked(spec):
            assert ("successCondition" in metric) != ("failureCondition" in metric)


@pytest.mark.parametrize("stack", stacks.STACKS)
def test_queries_name_pods_by_arguments_that_the_rollout_hands_over(stack: str) -> None:
    for spec in templates(stack).values():
        assert [one["name"] for one in spec["args"]] == list(ARGUMENTS)
        queries = "".join(metric["provider"]["prometheus"]["query"] for metric in asked(spec))
        for argument in queries.split("{{")[1:]:
            assert argument.partition("}}")[0] in {f"args.{one}" for one in ARGUMENTS}


def test_golden_readings_are_asked_all_the_time_by_jobs_of_a_minute_at_most() -> None:
    for word, spec in templates("prod").items():
        assert golden(spec)["count"] == 5, word
        assert golden(spec)["interval"] == "1s"
    for spec in templates().values():
        assert golden(spec)["count"] == 1


def test_the_first_wrong_answer_ends_the_release() -> None:
    for spec in templates().values():
        assert golden(spec).get("failureLimit", 0) == 0


def test_a_canary_does_not_begin_before_what_judges_it() -> None:
    judging = {f"AnalysisTemplate {NAME}-{word}" for word in ("step-10", "step-50", "bake")}
    assert judging <= stacks.serving().resource("Deployment").dependencies
