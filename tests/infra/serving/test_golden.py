"""The Jobs that ask a new version its golden readings."""

import pytest

from infra.serving import golden
from service.verify.golden import WRONG, Questions
from tests.infra import stacks
from tests.infra.serving.test_verification import CANARY
from tests.infra.values import Object

NAME = "maintenance-predictor"


def metrics(stack: str = "local") -> list[Object]:
    """The metric of each stage that such a Job is."""
    templates = stacks.serving(stack).of("AnalysisTemplate")
    found = [one for each in templates for one in each.inputs["spec"]["metrics"] if one["name"] == "golden"]
    assert len(found) == len(templates) > 0
    return found


def spec(stack: str = "local") -> Object:
    return metrics(stack)[0]["provider"]["job"]["spec"]


def pod(stack: str = "local") -> Object:
    return spec(stack)["template"]["spec"]


def variables(stack: str = "local") -> dict[str, str]:
    return {one["name"]: one.get("value", "from a Secret") for one in pod(stack)["containers"][0]["env"]}


def test_it_asks_what_the_stack_says_of_the_canary_itself() -> None:
    served = stacks.serving().outputs["models"]["maintenance_predictor"]
    given = stacks.serving_configuration("local")["slipway:models"]["maintenance_predictor"]["analysis"]
    assert (
        variables().items()
        >= {
            "TARGET_URL": f"http://{NAME}-canary.serving.svc.cluster.local",
            "MODEL_NAME": "maintenance_predictor",
            "MODEL_VERSION": served["version"],
            "MODEL_MANIFEST": served["manifest"],
            "PER_SECOND": str(given["goldenPerSecond"]),
            "SYNTHETIC_TOKEN": "from a Secret",
        }.items()
    )
    services = {one.inputs["metadata"]["name"]: one.inputs["spec"] for one in stacks.serving().of("Service")}
    assert services[f"{NAME}-canary"]["ports"][0]["port"] == 80


@pytest.mark.parametrize("stack", stacks.STACKS)
def test_its_environment_is_what_the_program_reads(stack: str) -> None:
    assert Questions.from_environment(variables(stack)).seconds == int(variables(stack)["SECONDS"])


@pytest.mark.parametrize("stack", stacks.STACKS)
def test_it_knows_the_store_and_the_token_as_the_models_pods_do(stack: str) -> None:
    template = stacks.serving(stack).one("Deployment")["spec"]["template"]
    pods = {one["name"]: one for one in template["spec"]["containers"][0]["env"]}
    ours = {one["name"]: one for one in pod(stack)["containers"][0]["env"]}
    shared = {name for name in pods if name.startswith("AWS_")} | {"MODEL_STORE", "SYNTHETIC_TOKEN"}
    assert {name: ours[name] for name in shared} == {name: pods[name] for name in shared}
    assert pod(stack)["serviceAccountName"] == template["spec"]["serviceAccountName"]


def test_it_runs_as_all_pods_of_ours_do() -> None:
    template = stacks.serving().one("Job")["spec"]["template"]["spec"]
    assert pod()["securityContext"] == template["securityContext"]
    assert pod()["containers"][0]["securityContext"] == template["containers"][0]["securityContext"]
    assert pod()["containers"][0]["resources"] == golden.RESOURCES.requirements()
    assert (pod()["automountServiceAccountToken"], pod()["enableServiceLinks"]) == (False, False)


def test_a_wrong_answer_is_the_verdict_and_what_could_not_be_asked_is_tried_again() -> None:
    assert golden.WRONG == WRONG
    ignored, failed = spec()["podFailurePolicy"]["rules"]
    assert (ignored["action"], ignored["onPodConditions"][0]["type"]) == ("Ignore", "DisruptionTarget")
    assert (failed["action"], failed["onExitCodes"]) == (
        "FailJob",
        {"containerName": pod()["containers"][0]["name"], "operator": "In", "values": [WRONG]},
    )
    assert (spec()["backoffLimit"], pod()["restartPolicy"]) == (2, "Never")


def test_it_ends_with_a_reason_and_in_time() -> None:
    assert pod()["containers"][0]["terminationMessagePolicy"] == "FallbackToLogsOnError"
    deadline = spec()["activeDeadlineSeconds"]
    # A model's pods may have that long for a place, and those that ask them need one beside theirs.
    assert deadline > CANARY["progressDeadlineSeconds"] + int(variables()["SECONDS"])


def test_it_may_talk_to_the_models_pods_and_its_store_and_to_nobody_else() -> None:
    policy = stacks.serving().one("NetworkPolicy", f"{NAME}-golden")["spec"]
    labels = spec()["template"]["metadata"]["labels"]
    assert policy["podSelector"]["matchLabels"].items() <= labels.items()
    *store, models = policy["egress"]
    traffic = stacks.serving().one("NetworkPolicy", f"{NAME}-traffic")["spec"]
    assert store == traffic["egress"]
    assert models["to"][0]["podSelector"] == traffic["podSelector"]
    assert policy.get("ingress", []) == []
    allowed = [
        rule["ports"][0]["port"]
        for rule in traffic["ingress"]
        if rule["from"][0]["podSelector"]["matchLabels"].items() <= labels.items()
    ]
    assert allowed == [8000] == [models["ports"][0]["port"]]
    verification = stacks.serving().one("NetworkPolicy", f"{NAME}-verify")["spec"]["podSelector"]["matchLabels"]
    assert not verification.items() <= labels.items()


def test_its_pods_are_no_model_servers() -> None:
    selector = stacks.serving().one("Deployment")["spec"]["selector"]["matchLabels"]
    assert not selector.items() <= spec()["template"]["metadata"]["labels"].items()
