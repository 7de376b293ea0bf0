from infra.serving.monitoring import monitor
from infra.shared import network
from tests.infra import stacks
from tests.infra.changes import put


def test_it_asks_the_pods_of_the_model_at_the_port_of_their_figures() -> None:
    spec = stacks.serving().one("PodMonitor")["spec"]
    (endpoint,) = spec["podMetricsEndpoints"]
    template = stacks.serving().one("Deployment")["spec"]["template"]
    (port,) = [
        one["containerPort"]
        for one in template["spec"]["containers"][0]["ports"]
        if one["name"] == endpoint["port"]
    ]  # fmt: skip
    assert port == network.MONITORING_PORT
    assert endpoint["path"] == "/metrics"
    assert spec["selector"]["matchLabels"].items() <= template["metadata"]["labels"].items()
    assert "app.kubernetes.io/version" not in spec["selector"]["matchLabels"]


def test_every_series_is_told_the_model_it_is_of() -> None:
    (endpoint,) = monitor.spec("pump", {"app": "pump"}, 15)["podMetricsEndpoints"]
    assert endpoint["relabelings"] == [{"targetLabel": "model", "replacement": "pump"}]


def test_the_stack_says_how_often() -> None:
    def interval(stack: str) -> str:
        return stacks.serving(stack).one("PodMonitor")["spec"]["podMetricsEndpoints"][0]["interval"]

    assert [interval(stack) for stack in stacks.STACKS] == ["5s", "15s", "15s"]
    config = stacks.serving_configuration("local")
    put("slipway:monitoring", "scrapeSeconds", value=7)(config)
    (endpoint,) = stacks.serving_with(config).one("PodMonitor")["spec"]["podMetricsEndpoints"]
    assert endpoint["interval"] == "7s"
