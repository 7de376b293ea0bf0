"""The provider's own inputs."""

from typing import Any

import yaml

from sandbox.plugins.kubernetes import settings
from sandbox.plugins.wire import Secret, Unknown


def kubeconfig(server: str, user: str = "u") -> str:
    return yaml.safe_dump(
        {
            "clusters": [
                {"name": "c", "cluster": {"server": server}},
                {"name": "d", "cluster": {"server": "https://d"}},
            ],
            "users": [{"name": "u", "user": {"token": user}}],
            "contexts": [
                {"name": "x", "context": {"cluster": "c", "user": "u"}},
                {"name": "y", "context": {"cluster": "d", "user": "u"}},
            ],
            "current-context": "x",
        }
    )


def replacing(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    return settings.replacing(old, new)


def test_booleans_come_as_text_too() -> None:
    found = settings.settings_of(
        {"enablePatchForce": "true", "enableConfigMapMutable": True, "kubeconfig": Secret("k")}
    )
    assert found.enable_patch_force
    assert found.mutable == {"ConfigMap"}


def test_another_cluster_replaces_everything() -> None:
    assert replacing({"kubeconfig": kubeconfig("https://a")}, {"kubeconfig": kubeconfig("https://b")}) == ["kubeconfig"]


def test_another_context_may_be_another_cluster() -> None:
    old = {"kubeconfig": kubeconfig("https://a")}
    assert replacing(old, {**old, "context": "y"}) == ["kubeconfig"]
    assert replacing(old, {**old, "context": "x"}) == []
    assert replacing({**old, "context": "y"}, {**old, "context": "y"}) == []


def test_another_user_of_the_same_cluster_replaces_nothing() -> None:
    old, new = ({"kubeconfig": Secret(kubeconfig("https://a", token))} for token in "12")
    assert replacing(old, new) == []
    assert settings.changed(old, new) == ["kubeconfig"]


def test_the_identifier_alone_tells_clusters_apart() -> None:
    old = {"kubeconfig": kubeconfig("https://a"), "clusterIdentifier": "one"}
    moved = {"kubeconfig": kubeconfig("https://b"), "clusterIdentifier": "one"}
    assert replacing(old, moved) == []
    assert replacing(old, {**old, "clusterIdentifier": "two"}) == ["clusterIdentifier"]


def test_a_cluster_that_is_not_known_yet_may_be_another() -> None:
    assert replacing({"kubeconfig": kubeconfig("https://a")}, {"kubeconfig": Unknown()}) == ["kubeconfig"]


def test_what_the_stand_in_cannot_do_is_refused() -> None:
    found = settings.failures({"enableServerSideApply": "false", "renderYamlToDirectory": "out"})
    assert [key for key, _ in found] == ["renderYamlToDirectory", "enableServerSideApply"]
    assert all("stand-in" in reason for _, reason in found)


def test_a_value_of_the_wrong_type_is_refused_by_its_name() -> None:
    assert [key for key, _ in settings.failures({"deleteUnreachable": "perhaps"})] == ["deleteUnreachable"]
    assert settings.failures({"kubeconfig": Unknown(), "namespace": "a"}) == []
