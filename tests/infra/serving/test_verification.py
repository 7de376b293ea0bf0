"""The Job that each release ends with."""

from typing import Any

import pytest

from service.verify.wanted import Wanted
from tests.infra import stacks
from tests.infra.recording import Resource
from tests.infra.values import Object

NAME = "maintenance-predictor"
CANARY: Object = stacks.serving_configuration("local")["slipway:models"]["maintenance_predictor"]["canary"]


def job(stack: str = "local") -> Resource:
    return stacks.serving(stack).resource("Job")


def of(job: Resource) -> dict[str, str]:
    return {one["name"]: one["value"] for one in job.inputs["spec"]["template"]["spec"]["containers"][0]["env"]}


def environment(stack: str = "local") -> dict[str, str]:
    return of(job(stack))


def test_its_name_carries_the_release() -> None:
    release = stacks.serving().outputs["models"]["maintenance_predictor"]["release"]
    assert job().inputs["metadata"]["name"] == f"verify-{NAME}-{release}"


def test_it_asks_for_what_the_stack_says() -> None:
    served = stacks.serving().outputs["models"]["maintenance_predictor"]
    assert (
        environment().items()
        >= {
            "ROLLOUT": NAME,
            "NAMESPACE": "serving",
            "GATEWAY_URL": "http://traefik.gateway.svc.cluster.local/maintenance-predictor",
            "MODEL_NAME": "maintenance_predictor",
            "MODEL_VERSION": served["version"],
            "MODEL_MANIFEST": served["manifest"],
            "IMAGE": served["image"],
            "RELEASE": served["release"],
            "ATTEMPT": "1",
        }.items()
    )
    assert "COMMIT" not in environment()


@pytest.mark.parametrize("stack", stacks.STACKS)
def test_it_reaches_the_store_as_the_models_pods_do(stack: str) -> None:
    template = stacks.serving(stack).one("Deployment")["spec"]["template"]
    pods = {one["name"]: one.get("value") for one in template["spec"]["containers"][0]["env"]}
    store = {name: value for name, value in pods.items() if name.startswith("AWS_") or name == "MODEL_STORE"}
    assert "MODEL_STORE" in store
    assert store.items() <= environment(stack).items()
    addresses = stacks.serving(stack).one("NetworkPolicy", f"{NAME}-traffic")["spec"]["egress"]
    ours = stacks.serving(stack).one("NetworkPolicy", f"{NAME}-verify")["spec"]["egress"]
    assert [rule for rule in addresses if rule not in ours] == []


def test_its_environment_is_what_the_program_reads() -> None:
    assert Wanted.from_environment(environment()).release == environment()["RELEASE"]


def tried(**of: Any) -> Resource:
    config = stacks.serving_configuration("local")
    config["slipway:models"]["maintenance_predictor"] |= of
    return stacks.serving_with(config, "local").resource("Job")


def test_an_image_of_the_model_alone_is_checked_by_the_stacks_own() -> None:
    image = f"registry.invalid/slipway/service@{stacks.DIGEST}"
    given = tried(image=image)
    (container,) = given.inputs["spec"]["template"]["spec"]["containers"]
    assert container["image"] == stacks.serving().outputs["image"] != image
    assert of(given)["IMAGE"] == image


def test_another_attempt_is_another_job_and_not_another_release() -> None:
    again = tried(attempt=3)
    release = stacks.serving().outputs["models"]["maintenance_predictor"]["release"]
    assert again.inputs["metadata"]["name"] == f"verify-{NAME}-{release}-3"
    assert of(again)["ATTEMPT"] == "3"


def test_what_a_release_was_made_from_is_handed_on() -> None:
    assert of(tried(commit="c0ffee1"))["COMMIT"] == "c0ffee1"


def test_it_may_tell_its_own_rollout_alone_what_to_do() -> None:
    rules = stacks.serving().one("Role", f"verify-{NAME}-at-home")["rules"]
    assert {verb for rule in rules for verb in rule["verbs"]} == {"get", "list", "patch"}
    (patched,) = [rule for rule in rules if "patch" in rule["verbs"]]
    assert (patched["resources"], patched["resourceNames"]) == (["rollouts/status"], [NAME])


def test_it_outlasts_the_canary_and_pulumi_outlasts_it() -> None:
    canary = sum(one["seconds"] for one in CANARY["steps"]) + CANARY["bakeSeconds"]
    timeout = int(environment()["TIMEOUT"])
    deadline = job().inputs["spec"]["activeDeadlineSeconds"]
    awaited = int(job().inputs["metadata"]["annotations"]["pulumi.com/timeoutSeconds"])
    # Each share of the requests, and all of them, may wait for pods.
    assert timeout > 3 * CANARY["progressDeadlineSeconds"] + canary
    assert deadline > timeout + 60 + 30  # it reads back for a minute, and a store may be away for half of one
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
    kinds = ("Rollout", "ScaledObject", "Middleware", "IngressRoute", "RoleBinding")
    found = [stacks.serving().of(kind) for kind in kinds]
    assert all(found)
    assert {str(one) for of_kind in found for one in of_kind} <= job().dependencies
    assert f"NetworkPolicy {NAME}-verify" in job().dependencies


def test_its_pods_are_no_model_servers() -> None:
    labels = job().inputs["spec"]["template"]["metadata"]["labels"]
    selector = stacks.serving().one("Deployment")["spec"]["selector"]["matchLabels"]
    assert not selector.items() <= labels.items()
