from tests.infra import stacks
from tests.infra.recording import Resource
from tests.infra.values import Object

NAME = "maintenance-predictor"
CANARY: Object = stacks.serving_configuration("local")["slipway:models"]["maintenance_predictor"]["canary"]


def job(stack: str = "local") -> Resource:
    return stacks.serving(stack).resource("Job")


def environment() -> dict[str, str]:
    return {one["name"]: one["value"] for one in job().inputs["spec"]["template"]["spec"]["containers"][0]["env"]}


def test_its_name_carries_the_release() -> None:
    release = stacks.serving().outputs["models"]["maintenance_predictor"]["release"]
    assert job().inputs["metadata"]["name"] == f"verify-{NAME}-{release}"


def test_it_asks_for_what_the_stack_says() -> None:
    served = stacks.serving().outputs["models"]["maintenance_predictor"]
    assert environment() | {"TIMEOUT": "any"} == {
        "ROLLOUT": NAME,
        "NAMESPACE": "serving",
        "GATEWAY_URL": "http://traefik.gateway.svc.cluster.local/maintenance-predictor",
        "MODEL_VERSION": served["version"],
        "MODEL_MANIFEST": served["manifest"],
        "RELEASE": served["release"],
        "TIMEOUT": "any",
    }


def test_it_outlasts_the_canary_and_pulumi_outlasts_it() -> None:
    canary = sum(one["seconds"] for one in CANARY["steps"]) + CANARY["bakeSeconds"]
    timeout = int(environment()["TIMEOUT"])
    deadline = job().inputs["spec"]["activeDeadlineSeconds"]
    awaited = int(job().inputs["metadata"]["annotations"]["pulumi.com/timeoutSeconds"])
    # Each share of the requests, and all of them, may wait for pods.
    assert timeout > 3 * CANARY["progressDeadlineSeconds"] + canary
    assert deadline > timeout + 60  # it reads back for a minute
    assert awaited > deadline


def test_its_first_failure_is_the_verdict_and_the_next_update_starts_a_new_one() -> None:
    assert job().inputs["spec"]["backoffLimit"] == 0
    assert job().inputs["spec"]["template"]["spec"]["restartPolicy"] == "Never"
    assert job().inputs["metadata"]["annotations"]["pulumi.com/replaceUnready"] == "true"


def test_it_never_dies_without_a_reason() -> None:
    (container,) = job().inputs["spec"]["template"]["spec"]["containers"]
    assert container["terminationMessagePolicy"] == "FallbackToLogsOnError"


def test_going_back_finds_its_name_free() -> None:
    assert job().request.deleteBeforeReplace is True


def test_it_comes_after_everything_that_it_judges_and_needs() -> None:
    kinds = ("Deployment", "Rollout", "HorizontalPodAutoscaler", "TraefikService", "Middleware", "IngressRoute", "Role")
    judged = {one.name for kind in kinds for one in stacks.serving().of(kind)} - {f"{NAME}-split"}
    assert judged <= job().dependencies
    assert f"{NAME}-verify" in job().dependencies  # its network policy


def test_its_pods_are_no_model_servers() -> None:
    labels = job().inputs["spec"]["template"]["metadata"]["labels"]
    selector = stacks.serving().one("Deployment")["spec"]["selector"]["matchLabels"]
    assert not selector.items() <= labels.items()
