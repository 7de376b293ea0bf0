import copy

import pulumi
import pytest

from infra.serving import admission
from infra.serving.config import ServingConfig
from infra.shared.namespaces import ServingNamespace
from infra.shared.platform_outputs import Monitoring
from tests.infra import recording, stacks
from tests.infra.changes import MODEL, drop, put
from tests.infra.values import Object

KEY = "slipway:models.maintenance_predictor.route"
ANALYSIS = r"slipway:models\.maintenance_predictor\.analysis"
PLATFORM = "organization/slipway-platform/local"


def complaint(route: str, claims: dict[str, list[str]], host: str | None = None) -> str:
    """What is said against a model at `route` of the namespace `serving`; empty when nothing."""
    config = stacks.serving_configuration("local")
    put(*MODEL, "route", value=route)(config)
    put(*MODEL, "host", value=host)(config)
    quota: Object = stacks.platform().outputs["namespaces"]["serving"]["quota"]
    namespaces = {
        name: ServingNamespace.model_validate({"routes": [split(one) for one in routes], "quota": quota})
        for name, routes in claims.items()
    }
    try:
        admission.check(
            stacks.load(ServingConfig, "slipway", config), namespaces, Monitoring.model_validate(stacks.MONITORING)
        )
    except pulumi.RunError as error:
        return str(error)
    return ""


def split(claim: str) -> Object:
    host, slash, path = claim.partition("/")
    return {"host": host or None, "path": slash + path}


@pytest.mark.parametrize(
    ("route", "host", "claims"),
    [
        ("/pump", None, {"serving": ["/"]}),
        ("/pump", None, {"serving": ["/"], "trial": ["/trial"]}),
        ("/pump", "a.example.com", {"serving": ["/"], "trial": ["b.example.com/"]}),
        ("/team/pump", None, {"serving": ["/team"], "trial": ["/"]}),
        ("/team/pump", "a.example.com", {"serving": ["a.example.com/"], "trial": ["/team"]}),
        ("/team/pump", None, {"serving": ["/other", "/team/pump"], "trial": ["/team"]}),
    ],
)
def test_a_route_that_is_the_namespaces_own_is_admitted(
    route: str, host: str | None, claims: dict[str, list[str]]
) -> None:
    assert complaint(route, claims, host) == ""


@pytest.mark.parametrize(
    ("route", "host", "claims", "met"),
    [
        ("/trial/pump", None, {"serving": ["/"], "trial": ["/trial"]}, "'/trial', which"),
        ("/team", None, {"serving": ["/"], "trial": ["/team/pump"]}, "'/team/pump', which"),
        ("/pump", "a.example.com", {"serving": ["/"], "trial": ["a.example.com/"]}, "'a.example.com/', which"),
        ("/pump", None, {"serving": ["/"], "trial": ["a.example.com/"]}, "'a.example.com/', which"),
        ("/pump", None, {"serving": ["/team"], "trial": ["/"]}, "'/', which"),
    ],
)
def test_a_route_with_requests_of_another_namespace_is_refused(
    route: str, host: str | None, claims: dict[str, list[str]], met: str
) -> None:
    assert complaint(route, claims, host) == (
        f"{KEY} = '{host or ''}{route}' meets {met} {PLATFORM} gives to the namespace 'trial': choose another"
    )


def test_a_route_that_nobody_was_given_is_refused_with_those_that_were() -> None:
    assert complaint("/pump", {"serving": ["/team", "a.example.com/"]}) == (
        f"{KEY} = '/pump' is none of those that {PLATFORM} gives to 'serving' (/team, a.example.com/): "
        "choose one below them, or add it to slipway-platform:namespaces.serving.routes there"
    )


def test_a_namespace_that_the_platform_has_not_is_refused_with_those_that_it_has() -> None:
    config = stacks.serving_configuration("local")
    config["slipway:namespace"] = "elsewhere"
    with pytest.raises(pulumi.RunError) as error:
        stacks.serving_with(config)
    assert str(error.value) == (
        f"slipway:namespace = 'elsewhere' is none of {PLATFORM}'s (prod, serving, staging, trial): "
        "name one of them, or add it to slipway-platform:namespaces there"
    )


def test_more_pods_than_the_namespace_holds_are_refused_with_the_figures() -> None:
    config = stacks.serving_configuration("local")
    put(*MODEL, "scaling", "maxReplicas", value=20)(config)
    with pytest.raises(
        pulumi.RunError,
        match=r"slipway:models need more than \S+ has for 'serving', pods 64 of 48, requests\.cpu 9200m of 6, .*: "
        r"lower scaling\.maxReplicas or resources, or raise slipway-platform:namespaces\.serving\.quota there",
    ):
        stacks.serving_with(config)


def test_the_need_is_for_two_full_sets_of_pods_and_more() -> None:
    config = stacks.serving_configuration("local")
    models = stacks.load(ServingConfig, "slipway", config).models
    assert admission.need(models).pods > 2 * models["maintenance_predictor"].scaling.max_replicas
    drop(*MODEL, "analysis")(config)
    unjudged = stacks.load(ServingConfig, "slipway", config).models
    # The pod that asks golden readings, and one of the release before that still goes.
    assert admission.need(models).pods == admission.need(unjudged).pods + 2


@pytest.mark.parametrize("preview", [True, False])
def test_nothing_in_the_cluster_is_declared_for_a_stack_that_is_not_admitted(
    monkeypatch: pytest.MonkeyPatch, *, preview: bool
) -> None:
    outputs: Object = copy.deepcopy(stacks.handed_over("local"))
    outputs["namespaces"]["trial"]["routes"] = [{"path": "/maintenance-predictor"}]
    kept = recording.Recording()
    monkeypatch.setattr(recording, "Recording", lambda: kept)
    with pytest.raises(pulumi.RunError, match="gives to the namespace 'trial'"):
        stacks.serving_on(outputs, preview=preview)
    assert [one.name for one in kept.resources if "kubernetes" in one.type] == []


def test_a_stack_that_is_looked_at_needs_a_platform_that_looks() -> None:
    handed = stacks.handed_over("local") | {"monitoring": None}
    with pytest.raises(pulumi.RunError, match=r"slipway:monitoring is there, and .* has none: leave it out"):
        stacks.serving_on(handed)
    config = stacks.serving_configuration("local")
    del config["slipway:monitoring"]
    with pytest.raises(pulumi.RunError, match=r"scaling\.requestsInFlight = 8 needs an autoscaler .* leave it out"):
        stacks.serving_on(handed, config)
    del config["slipway:models"]["maintenance_predictor"]["scaling"]["requestsInFlight"]
    with pytest.raises(pulumi.RunError, match=rf"{ANALYSIS} needs figures, and there is no slipway:monitoring: add it"):
        stacks.serving_on(handed, config)
    del config["slipway:models"]["maintenance_predictor"]["analysis"]
    kinds = {one.type.rpartition(":")[2] for one in stacks.serving_on(handed, config).resources}
    assert not kinds & {"AnalysisTemplate", "PodMonitor", "PrometheusRule", "ScaledObject"}
    assert "HorizontalPodAutoscaler" in kinds
