"""Inputs in the form in which the API server keeps them."""

from sandbox.plugins.kubernetes.normalize import normalized
from sandbox.plugins.wire import Unknown


def test_quantities_of_containers_are_canonical() -> None:
    container = {"name": "web", "resources": {"limits": {"cpu": "1000m", "memory": "1024Mi"}}}
    pod = {"apiVersion": "v1", "kind": "Pod", "spec": {"containers": [container]}}
    assert normalized(pod)["spec"]["containers"][0]["resources"] == {"limits": {"cpu": "1", "memory": "1Gi"}}


def test_the_fields_of_custom_resources_are_left_alone() -> None:
    custom = {"apiVersion": "example.com/v1", "kind": "Pool", "spec": {"resources": {"limits": {"cpu": "1000m"}}}}
    assert normalized(custom) == custom


def test_text_in_a_secret_becomes_data_and_wins_over_it() -> None:
    secret = {"apiVersion": "v1", "kind": "Secret", "data": {"p": "b2xk", "q": "eA=="}, "stringData": {"p": "new"}}
    assert normalized(secret) == {"apiVersion": "v1", "kind": "Secret", "data": {"p": "bmV3", "q": "eA=="}}


def test_text_in_a_secret_that_only_the_update_knows_stays() -> None:
    secret = {"apiVersion": "v1", "kind": "Secret", "stringData": {"p": Unknown()}}
    assert normalized(secret) == secret


def test_what_only_the_api_server_writes_is_no_input() -> None:
    namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "a", "uid": "1", "generation": 2}}
    assert normalized(namespace)["metadata"] == {"name": "a"}


def test_nulls_are_no_inputs() -> None:
    assert normalized({"apiVersion": "v1", "kind": "ConfigMap", "data": None, "metadata": {"name": None}}) == {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {},
    }


def test_the_inputs_are_not_changed_in_place() -> None:
    namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"uid": "1"}}
    normalized(namespace)
    assert namespace["metadata"] == {"uid": "1"}
