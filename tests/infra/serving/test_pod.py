from infra.serving import pod
from service.settings import Settings
from tests.infra import stacks
from tests.infra.values import Object


def spec() -> Object:
    return stacks.serving().one("Deployment")["spec"]["template"]["spec"]


def container() -> Object:
    return spec()["containers"][0]


def test_it_has_the_articles_environment_and_what_the_store_needs() -> None:
    env = {one["name"]: one.get("value") for one in container()["env"]}
    assert env["MODEL_NAME"] == "maintenance_predictor"
    assert env["MODEL_VERSION"] == "1.0.0"
    assert env["AWS_REGION"] == "us-east-1"
    assert env["MODEL_STORE"] == "s3://slipway-models/models"
    assert env["MODEL_MANIFEST"] == stacks.DIGEST
    assert stacks.platform().outputs["modelStore"]["environment"].items() <= env.items()


def test_it_has_time_to_go() -> None:
    defaults = {name: field.default for name, field in Settings.model_fields.items()}
    drain = defaults["drain_seconds"] + defaults["finish_seconds"]
    assert spec()["terminationGracePeriodSeconds"] >= pod.PRE_STOP_SECONDS + drain + 5
    assert container()["lifecycle"]["preStop"] == {"sleep": {"seconds": pod.PRE_STOP_SECONDS}}


def test_it_is_not_killed_for_being_slow_to_load_or_busy() -> None:
    startup, liveness = container()["startupProbe"], container()["livenessProbe"]
    assert startup["failureThreshold"] * startup["periodSeconds"] >= 60
    assert liveness["failureThreshold"] * liveness["periodSeconds"] >= 60
    assert liveness["httpGet"]["path"] != container()["readinessProbe"]["httpGet"]["path"]


def test_it_is_unprivileged_and_can_only_write_to_volumes_of_limited_size() -> None:
    assert spec()["securityContext"]["runAsUser"] == spec()["securityContext"]["runAsGroup"] == 10001
    assert container()["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "capabilities": {"drop": ["ALL"]},
        "readOnlyRootFilesystem": True,
        "runAsNonRoot": True,
    }
    assert {volume["name"]: volume["emptyDir"] for volume in spec()["volumes"]} == {
        "models": {"sizeLimit": "256Mi"},
        "tmp": {"sizeLimit": "64Mi"},
    }
    assert {mount["name"]: mount["mountPath"] for mount in container()["volumeMounts"]} == {
        "models": pod.CACHE,
        "tmp": "/tmp",  # noqa: S108 - a volume of its own
    }


def test_it_holds_no_token_and_no_addresses_of_other_services() -> None:
    assert spec()["automountServiceAccountToken"] is False
    assert spec()["enableServiceLinks"] is False


def test_pods_of_one_model_keep_apart() -> None:
    constraints = spec()["topologySpreadConstraints"]
    assert [one["topologyKey"] for one in constraints] == ["topology.kubernetes.io/zone", "kubernetes.io/hostname"]
    selector = stacks.serving().one("Deployment")["spec"]["selector"]
    assert all(one["labelSelector"] == selector for one in constraints)


def test_production_has_the_articles_sizes() -> None:
    prod = stacks.serving("prod")
    resources = prod.one("Deployment")["spec"]["template"]["spec"]["containers"][0]["resources"]
    assert (resources["requests"]["cpu"], resources["limits"]["cpu"]) == ("1", "2")
    assert (resources["requests"]["memory"], resources["limits"]["memory"]) == ("2Gi", "4Gi")
    scaling = prod.one("HorizontalPodAutoscaler")["spec"]
    assert (scaling["minReplicas"], scaling["maxReplicas"]) == (3, 10)
