import pytest

from infra.serving import model_server
from infra.shared import network
from service.settings import Settings
from tests.infra import stacks
from tests.infra.changes import MODEL, Change, put, second_model
from tests.infra.values import Object


def test_the_deployment_holds_the_template_and_no_pods() -> None:
    assert stacks.serving().one("Deployment")["spec"]["replicas"] == 0


def test_the_selector_never_holds_the_version_and_the_pods_do() -> None:
    spec = stacks.serving().one("Deployment")["spec"]
    selector, labels = spec["selector"]["matchLabels"], spec["template"]["metadata"]["labels"]
    assert selector.items() < labels.items()
    assert labels["app.kubernetes.io/version"] == "1.0.0"
    assert "app.kubernetes.io/version" not in selector


def test_pods_have_an_account_of_their_own() -> None:
    account = stacks.serving().one("ServiceAccount", "maintenance-predictor-account")["metadata"]["name"]
    pod = stacks.serving().one("Deployment")["spec"]["template"]["spec"]
    assert pod["serviceAccountName"] == account == "maintenance-predictor"


def test_one_pod_may_go_at_a_time() -> None:
    budget = stacks.serving().one("PodDisruptionBudget")["spec"]
    assert budget["maxUnavailable"] == 1
    assert budget["selector"] == stacks.serving().one("Deployment")["spec"]["selector"]


def test_a_version_that_never_gets_ready_does_not_hold_up_a_drain() -> None:
    assert stacks.serving().one("PodDisruptionBudget")["spec"]["unhealthyPodEvictionPolicy"] == "AlwaysAllow"


def test_requests_come_from_the_gateway_alone_and_questions_of_its_state_never_do() -> None:
    policy = stacks.serving().one("NetworkPolicy", "maintenance-predictor-traffic")["spec"]
    open_to = [(let_in(rule), port) for rule in policy["ingress"] for port in rule["ports"]]
    assert open_to == [
        (("gateway", "gateway"), {"protocol": "TCP", "port": network.MODEL_SERVER_PORT}),
        (("serving", "verification"), {"protocol": "TCP", "port": network.MONITORING_PORT}),
        (("serving", "golden-readings"), {"protocol": "TCP", "port": network.MODEL_SERVER_PORT}),
        (("monitoring", "prometheus"), {"protocol": "TCP", "port": network.MONITORING_PORT}),
    ]


def let_in(rule: Object) -> tuple[str, str]:
    """Namespace and component of the pods that an ingress rule is for; of Prometheus' the name, which is always so."""
    (peer,) = rule["from"]
    (namespace,) = peer["namespaceSelector"]["matchLabels"].items()
    labels = peer["podSelector"]["matchLabels"]
    assert namespace[0] == "kubernetes.io/metadata.name"
    return namespace[1], labels.get("app.kubernetes.io/component") or labels["app.kubernetes.io/name"]


def test_only_the_store_is_reached() -> None:
    policy = stacks.serving().one("NetworkPolicy", "maintenance-predictor-traffic")["spec"]
    (egress,) = policy["egress"]
    assert egress["to"] == [{"ipBlock": {"cidr": "10.244.0.1/32"}}]
    assert egress["ports"] == [{"protocol": "TCP", "port": 4566}]


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


def test_a_pod_is_one_process_unless_the_stack_says_more() -> None:
    found = stacks.serving_configuration("local")
    put(*MODEL, "processes", value=4)(found)
    [several] = stacks.serving_with(found).one("Deployment")["spec"]["template"]["spec"]["containers"]
    assert {"name": "PROCESSES", "value": "4"} in several["env"]
    assert "PROCESSES" not in {one["name"] for one in container()["env"]}


def test_it_has_time_to_go() -> None:
    defaults = {name: field.default for name, field in Settings.model_fields.items()}
    drain = defaults["drain_seconds"] + defaults["finish_seconds"]
    assert spec()["terminationGracePeriodSeconds"] >= model_server.PRE_STOP_SECONDS + drain + 5
    assert container()["lifecycle"]["preStop"] == {"sleep": {"seconds": model_server.PRE_STOP_SECONDS}}


def probes() -> dict[str, Object]:
    return {kind: container()[f"{kind}Probe"] for kind in ("startup", "liveness", "readiness")}


def test_it_is_not_killed_for_being_slow_to_load_or_busy() -> None:
    lasts = {kind: probe["failureThreshold"] * probe["periodSeconds"] for kind, probe in probes().items()}
    assert lasts["startup"] >= 60
    assert lasts["liveness"] >= 30
    assert probes()["liveness"]["httpGet"]["path"] != probes()["readiness"]["httpGet"]["path"]


def test_one_that_hangs_gets_no_requests_long_before_it_is_killed() -> None:
    lasts = {kind: probe["failureThreshold"] * probe["periodSeconds"] for kind, probe in probes().items()}
    assert lasts["readiness"] * 4 <= lasts["liveness"]


def test_probes_never_wait_behind_requests() -> None:
    ports = {port["name"]: port["containerPort"] for port in container()["ports"]}
    assert ports == {"http": network.MODEL_SERVER_PORT, "monitoring": network.MONITORING_PORT}
    assert {probe["httpGet"]["port"] for probe in probes().values()} == {"monitoring"}


def test_no_service_leads_to_where_it_tells_how_it_is() -> None:
    services = stacks.serving().of("Service")
    assert len(services) == 2
    assert {port["targetPort"] for one in services for port in one.inputs["spec"]["ports"]} == {"http"}


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
        "models": model_server.CACHE,
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
    scaling = prod.one("ScaledObject")["spec"]
    assert (scaling["minReplicaCount"], scaling["maxReplicaCount"]) == (3, 10)


def release(*changes: Change) -> str:
    config = stacks.serving_configuration("local")
    for change in changes:
        change(config)
    return stacks.serving_with(config).outputs["models"]["maintenance_predictor"]["release"]


def test_the_same_template_is_the_same_release() -> None:
    assert release() == release()


@pytest.mark.parametrize(
    "change",
    [
        put(*MODEL, "version", value="1.1.0"),
        put(*MODEL, "manifest", value=f"sha256:{'c' * 64}"),
        put(*MODEL, "cache", value="128Mi"),
        put(*MODEL, "resources", "requests", "cpu", value="200m"),
        put("slipway:image", value={"digest": f"a/b@sha256:{'e' * 64}"}),
    ],
)
def test_what_reaches_the_pods_makes_a_release(change: Change) -> None:
    assert release(change) != release()


@pytest.mark.parametrize(
    "change",
    [
        put(*MODEL, "scaling", "maxReplicas", value=9),
        put(*MODEL, "canary", "bakeSeconds", value=99),
        put(*MODEL, "route", value="/elsewhere"),
        second_model("/pump"),
    ],
)
def test_what_does_not_reach_the_pods_makes_no_release(change: Change) -> None:
    assert release(change) == release()


def test_the_pod_reads_its_release_from_its_annotation() -> None:
    template = stacks.serving().one("Deployment")["spec"]["template"]
    (variable,) = [one for one in template["spec"]["containers"][0]["env"] if one["name"] == "RELEASE"]
    annotation = (
        variable["valueFrom"]["fieldRef"]["fieldPath"].removeprefix("metadata.annotations['").removesuffix("']")
    )
    assert template["metadata"]["annotations"] == {annotation: release()}
