import pulumi
import pytest
from pulumi.runtime.config import set_all_config

from infra.platform.config import PlatformConfig
from infra.serving.config import ServingConfig
from infra.shared import configuration
from tests.infra import stacks
from tests.infra.changes import MODEL, Change, drop, put, second_model, serving_namespace

KEY = "slipway:models.maintenance_predictor"


@pytest.mark.parametrize(
    ("mistake", "line"),
    [
        (
            put("slipway:modells", value={}),
            "slipway:modells is unknown: remove it, or did you mean one of image, models",
        ),
        (
            put(*MODEL, "versoin", value="1.0.0"),
            f"{KEY}.versoin is unknown: remove it, or did you mean one of analysis, attempt, cache,",
        ),
        (put(*MODEL, "version", value="v1.2"), f"{KEY}.version: 'v1.2' is not a model version, like '1.3.0'"),
        (put(*MODEL, "manifest", value="abc"), f"{KEY}.manifest: 'abc' is not a digest, like 'sha256:'"),
        (drop(*MODEL, "manifest"), f"{KEY}.manifest is missing: digest of its manifest.*`make up` fills it in"),
        (drop("slipway:image", "build", "base"), "slipway:image.build.base is missing: .*`make up` fills it in"),
        (drop("slipway:models"), "slipway:models is missing: models by name"),
        (put("slipway:models", value={}), "slipway:models = {}: "),
        (
            put(*MODEL, "scaling", "minReplicas", value=9),
            f"{KEY}.scaling: minReplicas 9 is above maxReplicas 4: swap",
        ),
        (
            put(*MODEL, "scaling", "minReplicas", value=1),
            f"{KEY}.scaling.minReplicas = 1: .*greater than or equal to 2",
        ),
        (
            put(*MODEL, "resources", "limits", "memory", value="900Mi"),
            f"{KEY}.resources: the memory limit 900Mi is below",
        ),
        (
            put(*MODEL, "resources", "limits", "cpu", value="much"),
            f"{KEY}.resources.limits.cpu: 'much' is no quantity",
        ),
        (put(*MODEL, "canary", "bakeSeconds", value="long"), f"{KEY}.canary.bakeSeconds = 'long': input should be"),
        (
            put(*MODEL, "canary", "steps", value=[{"weight": 50, "seconds": 9}, {"weight": 50, "seconds": 9}]),
            f"{KEY}.canary.steps: weight 50 comes after 50: let each be larger than the last",
        ),
        (
            put(*MODEL, "canary", "steps", value=[{"weight": 100, "seconds": 9}]),
            f"{KEY}.canary.steps.0.weight = 100: input should be less than or equal to 99",
        ),
        (put(*MODEL, "canary", "pauseSeconds", value=9), f"{KEY}.canary.pauseSeconds is unknown: remove it, or did"),
        (drop(*MODEL, "canary", "bakeSeconds"), f"{KEY}.canary.bakeSeconds is missing: it is judged so long with all"),
        (put(*MODEL, "analysis", "errors", value=1), f"{KEY}.analysis.errors = 1: input should be less than 1"),
        (drop(*MODEL, "analysis", "slow"), f"{KEY}.analysis.slow is missing: share that may be slower than"),
        (
            put(*MODEL, "analysis", "minimumRequests", value=100),
            f"{KEY}.analysis.minimumRequests 100 is not below the 100 golden readings that can be counted in a stage "
            r"of 20 s \(goldenPerSecond 10, scrapeSeconds 5\), .*: lower it, raise goldenPerSecond, or make that stage",
        ),
        (
            put(*MODEL, "canary", "bakeSeconds", value=10),
            f"{KEY}.analysis.minimumRequests 50 is not below the 0 golden readings that can be counted in a stage of 1",
        ),
        (
            put("slipway:image", "digest", value=f"a/b@{stacks.DIGEST}"),
            "slipway:image: has both of build and digest: give",
        ),
        (put("slipway:image", value={}), "slipway:image: has neither of build and digest: give exactly one"),
        (put("slipway:image", value={"digest": "a/b:latest"}), "slipway:image.digest: 'a/b:latest' is no image pinned"),
        (put("slipway:namespace", value="default"), "slipway:namespace: 'default' belongs to Kubernetes: choose"),
        (put("slipway:platform", value="local"), "slipway:platform: 'local' names no stack, like 'organization/"),
        (
            second_model("/maintenance-predictor"),
            "slipway:models.pump.route '/maintenance-predictor' overlaps models.maint",
        ),
        (
            second_model("/maintenance-predictor/a"),
            "overlaps models.maintenance_predictor.route '/maintenance-predictor': change",
        ),
        (
            second_model("/maintenance-predictor", host="a.example.com"),
            "slipway:models.pump.route 'a.example.com/maintenance-predictor' overlaps models.maintenance_predictor",
        ),
        (put(*MODEL, "host", value="A.example.com:80"), f"{KEY}.host: 'A.example.com:80' is no host, like"),
        (put(*MODEL, "image", value="a/b:latest"), f"{KEY}.image: 'a/b:latest' is no image pinned by digest"),
        (
            second_model("/pump", name="maintenance_predictor_canary"),
            "slipway:models.maintenance_predictor_canary is called like a part of models.maintenance_predictor, .*"
            "publish one of both under another name",
        ),
        (
            second_model("/pump", name="verify_maintenance_predictor"),
            "slipway:models.verify_maintenance_predictor is called like a part of models.maintenance_predictor",
        ),
        (
            put(*MODEL, "cache", value="50Gi"),
            f"{KEY}: cache 50Gi, 64Mi of temporary files and 64Mi of logs don't fit into "
            "resources.limits.ephemeralStorage 1Gi, .*: raise the limit to 51328Mi or lower the cache",
        ),
        *(
            (put("slipway:namespace", value=name), f"slipway:namespace: '{name}' belongs to the platform: choose")
            for name in ("gateway", "argo-rollouts", "keda", "monitoring")
        ),
        (
            put(*MODEL, "objectives", "latency", "seconds", value=0.3),
            f"{KEY}.objectives.latency.seconds: 0.3 is no end of a bucket: take one of 0.0005, 0.001, ",
        ),
        (
            put(*MODEL, "objectives", "availability", value=90),
            f"{KEY}.objectives.availability = 90: .*greater than or equal to 95",
        ),
        (
            put(*MODEL, "objectives", "latency", "percent", value=100),
            f"{KEY}.objectives.latency.percent = 100: .*less than 100",
        ),
        (drop(*MODEL, "objectives"), f"{KEY}.objectives is missing: what its clients are promised"),
        (
            put("slipway:monitoring", "scrapeSeconds", value=30),
            "slipway:monitoring.scrapeSeconds = 30: .*less than or equal to 15",
        ),
        (put("slipway:models", "Pump", value={}), "slipway:models.Pump: 'Pump' is not a model name, like"),
    ],
)
def test_a_mistake_in_a_serving_stack_is_one_line_with_its_remedy(mistake: Change, line: str) -> None:
    config = stacks.serving_configuration("local")
    mistake(config)
    with pytest.raises(pulumi.RunError, match=line) as error:
        stacks.load(ServingConfig, "slipway", config)
    assert all(one.startswith("slipway:") for one in str(error.value).splitlines())


@pytest.mark.parametrize(
    ("mistake", "line"),
    [
        (
            drop("slipway-platform:foundation", "local", "kubeconfig"),
            "slipway-platform:foundation.local.kubeconfig is missing: .*`make up`",
        ),
        (
            put("slipway-platform:foundation", "local", "apiServer", value=[]),
            r"slipway-platform:foundation.local.apiServer = \[\]: list should have at least 1 item",
        ),
        (
            put("slipway-platform:foundation", "local", "apiServer", value=[{"cidr": "10.0.0.1/8", "port": 1}]),
            "slipway-platform:foundation.local.apiServer.0.cidr: '10.0.0.1/8' is no network, like",
        ),
        (put("slipway-platform:images", value={}), "slipway-platform:images.traefik is missing: image of .*`make up`"),
        (put("slipway-platform:crds", value={}), "slipway-platform:crds.folder is missing: .*crds fetch.*`make up`"),
        (
            put("slipway-platform:foundation", "local", "entrance", "nodePort", value=80),
            "slipway-platform:foundation.local.entrance.nodePort = 80: input should be",
        ),
        (put("slipway-platform:gatway", value={}), "slipway-platform:gatway is unknown"),
        (
            put("slipway-platform:foundation", "local", "store", "bucket", value="My Bucket"),
            "slipway-platform:foundation.local.store.bucket = 'My Bucket': ",
        ),
        (drop("slipway-platform:protect"), "slipway-platform:protect is missing: whether the model bucket, the CRDs"),
        (put("slipway-platform:namespaces", value={}), "slipway-platform:namespaces = {}: "),
        *(
            (
                serving_namespace(name, "/own"),
                f"slipway-platform:namespaces.{name}: '{name}' belongs to {owner}: choose a namespace of your own",
            )
            for name, owner in (
                ("gateway", "the platform"),
                ("argo-rollouts", "the platform"),
                ("monitoring", "the platform"),
                ("default", "Kubernetes"),
                ("kube-system", "Kubernetes"),
            )
        ),
        (
            serving_namespace("serving-two", "/own"),
            "slipway-platform:namespaces: 'serving-two' begins like 'serving' and a hyphen: give one of both",
        ),
        (
            serving_namespace("own", "/trial"),
            "slipway-platform:namespaces: 'trial' and 'own' both claim '/trial': take it from one of both",
        ),
        (
            serving_namespace("own", "/own/"),
            "slipway-platform:namespaces.own.routes.0.path: '/own/' is no prefix of routes, like '/' or '/team'",
        ),
    ],
)
def test_a_mistake_in_a_platform_stack_is_one_line_with_its_remedy(mistake: Change, line: str) -> None:
    config = stacks.platform_configuration()
    mistake(config)
    with pytest.raises(pulumi.RunError, match=line):
        stacks.load(PlatformConfig, "slipway-platform", config)


@pytest.mark.parametrize(
    ("number", "least", "most"),
    [
        (("scaling", "minReplicas"), 2, 100),
        (("scaling", "maxReplicas"), 2, 100),
        (("scaling", "scaleDownWindowSeconds"), 0, 3600),
        (("scaling", "requestsInFlight"), 1, 4096),
        (("canary", "bakeSeconds"), 5, 3600),
        (("analysis", "minimumRequests"), 1, 1_000_000),
        (("analysis", "goldenPerSecond"), 1, 100),
        (("canary", "progressDeadlineSeconds"), 30, 3600),
        (("canary", "scaleDownDelaySeconds"), 30, 3600),
    ],
)
def test_a_number_is_taken_up_to_its_limits_and_no_further(number: tuple[str, str], least: int, most: int) -> None:
    def refused(value: int) -> bool:
        config = stacks.serving_configuration("local")
        put(*MODEL, *number, value=value)(config)
        try:
            stacks.load(ServingConfig, "slipway", config)
        except pulumi.RunError as error:
            return f"{KEY}.{'.'.join(number)} = {value}" in str(error)
        return False

    assert [refused(value) for value in (least - 1, least, most, most + 1)] == [True, False, False, True]


def test_as_many_requests_are_wanted_as_golden_readings_can_be_counted() -> None:
    config = stacks.serving_configuration("local")
    put(*MODEL, "analysis", "minimumRequests", value=99)(config)
    assert stacks.load(ServingConfig, "slipway", config).monitoring
    # Where nothing measures, admission has the word.
    drop("slipway:monitoring")(config)
    put(*MODEL, "canary", "bakeSeconds", value=5)(config)
    assert stacks.load(ServingConfig, "slipway", config).monitoring is None


def test_several_mistakes_are_a_line_each() -> None:
    config = stacks.serving_configuration("local")
    drop(*MODEL, "manifest")(config)
    put("slipway:namespace", value="default")(config)
    with pytest.raises(pulumi.RunError) as error:
        stacks.load(ServingConfig, "slipway", config)
    assert len(str(error.value).splitlines()) == 2


def test_routes_that_only_begin_alike_do_not_overlap() -> None:
    config = stacks.serving_configuration("local")
    second_model("/maintenance-predictor-2")(config)
    assert len(stacks.load(ServingConfig, "slipway", config).models) == 2


def test_keys_of_other_projects_are_not_ours_to_judge() -> None:
    set_all_config({"aws:region": "us-east-1", "other:key": "value"})
    with pytest.raises(pulumi.RunError) as error:
        configuration.load(ServingConfig, "slipway")
    assert "other" not in str(error.value)


def test_nothing_is_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NAMESPACE", "from-a-shell")
    monkeypatch.setenv("SLIPWAY_NAMESPACE", "from-a-shell")
    assert stacks.load(ServingConfig, "slipway", stacks.serving_configuration("local")).namespace == "serving"


def test_a_loaded_configuration_cannot_be_changed() -> None:
    loaded = stacks.load(ServingConfig, "slipway", stacks.serving_configuration("prod"))
    with pytest.raises(ValueError, match="frozen"):
        loaded.namespace = "other"  # pyright: ignore[reportAttributeAccessIssue] - that it is refused is the point


def test_one_route_may_have_a_model_on_each_of_two_hosts() -> None:
    config = stacks.serving_configuration("local")
    put(*MODEL, "host", value="a.example.com")(config)
    second_model("/maintenance-predictor", host="b.example.com")(config)
    assert len(stacks.load(ServingConfig, "slipway", config).models) == 2
