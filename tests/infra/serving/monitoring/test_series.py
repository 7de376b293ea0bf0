import re

from infra.serving.monitoring.series import Series

PUMP = Series(namespace="serving", model="pump")


def test_a_series_is_of_one_model_in_one_namespace() -> None:
    assert PUMP.of("up") == 'up{namespace="serving",model="pump"}'
    assert PUMP.of("up", 'pod="a"', window="5m") == 'up{namespace="serving",model="pump",pod="a"}[5m]'
    assert PUMP.of_rollout("rollout_info") == 'rollout_info{namespace="serving",name="pump"}'
    assert PUMP.labels == {"namespace": "serving", "model": "pump"}


def test_containers_are_those_of_the_models_pods_and_of_no_model_that_is_called_alike() -> None:
    selector = PUMP.of_containers("container_memory_working_set_bytes")
    assert 'container="model-server"' in selector
    (pods,) = re.findall(r'pod=~"([^"]+)"', selector)
    assert re.fullmatch(pods, "pump-6c9f7d5b4-x2x2x")
    for other in ("pump-two-6c9f7d5b4-x2x2x", "old-pump-6c9f7d5b4-x2x2x", "verify-pump-1a2b-x2x2x", "pump-x2x2x"):
        assert not re.fullmatch(pods, other)
