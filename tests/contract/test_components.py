"""What both programs keep to in their components."""

from collections.abc import Callable

import pytest

from tests.infra import stacks
from tests.infra.changes import MODEL, put
from tests.infra.recording import Recording


@pytest.mark.parametrize("program", [stacks.platform, lambda: stacks.platform("prod"), stacks.serving])
def test_every_component_says_when_it_is_complete(program: Callable[[], Recording]) -> None:
    recording = program()
    assert len(recording.components) > 3
    assert recording.components <= recording.complete


def test_components_keep_their_types() -> None:
    # A type is part of the names that the engine keeps of all that is in it: another one would replace all of that.
    config = stacks.serving_configuration("local")
    put(*MODEL, "canary", "mirror", value={"percent": 10, "seconds": 20})(config)
    urns = stacks.platform().components | stacks.platform("prod").components | stacks.serving_with(config).components
    types = {urn.split("::")[2].rpartition("$")[2] for urn in urns}
    assert types - {"pulumi:pulumi:Stack"} == {
        "slipway:aws:Addons",
        "slipway:aws:DeployerRole",
        "slipway:aws:EksCluster",
        "slipway:aws:Endpoints",
        "slipway:aws:Ingress",
        "slipway:aws:Key",
        "slipway:aws:LogBucket",
        "slipway:aws:ModelReaders",
        "slipway:aws:Network",
        "slipway:aws:Nodes",
        "slipway:aws:Pipelines",
        "slipway:aws:Registry",
        "slipway:aws:Role",
        "slipway:aws:Watch",
        "slipway:index:GuardedNamespace",
        "slipway:index:Identity",
        "slipway:local:DeployerAccount",
        "slipway:platform:Alertmanager",
        "slipway:platform:Autoscaler",
        "slipway:platform:AutoscalerOperator",
        "slipway:platform:Bolt",
        "slipway:platform:CustomResourceDefinitions",
        "slipway:platform:Gateway",
        "slipway:platform:MetricsApi",
        "slipway:platform:ModelBucket",
        "slipway:platform:Monitoring",
        "slipway:platform:Monitors",
        "slipway:platform:Prometheus",
        "slipway:platform:PrometheusOperator",
        "slipway:platform:RolloutsController",
        "slipway:platform:ServingNamespace",
        "slipway:serving:AnalysisTemplates",
        "slipway:serving:Autoscaling",
        "slipway:serving:Dashboard",
        "slipway:serving:Delivery",
        "slipway:serving:Golden",
        "slipway:serving:ModelServer",
        "slipway:serving:Routes",
        "slipway:serving:ServiceImage",
        "slipway:serving:Shadow",
        "slipway:serving:Verification",
        "slipway:serving:Watch",
    }
