"""What components that Kubernetes knows no rights for may do."""

from sandbox.kubernetes import pki
from sandbox.kubernetes.addons import rights


def test_every_right_is_bound_to_an_identity_with_a_certificate() -> None:
    bindings = [one for one in rights.manifests() if one["kind"] == "ClusterRoleBinding"]
    users = {subject["name"] for one in bindings for subject in one["subjects"]}

    assert users == {"kube-apiserver-kubelet-client", "network-policies", "auto-mode"}
    assert users <= {identity.user for identity in pki.CLUSTER_IDENTITIES}


def allowed(name: str) -> set[tuple[str, str]]:
    wanted = ("ClusterRole", f"sandbox:{name}")
    (role,) = [one for one in rights.manifests() if (one["kind"], one["metadata"]["name"]) == wanted]
    return {(resource, verb) for rule in role["rules"] for resource in rule["resources"] for verb in rule["verbs"]}


def test_auto_mode_changes_volumes_and_what_services_tell_alone() -> None:
    changing = {(what, verb) for what, verb in allowed("auto-mode") if verb not in {"get", "list", "watch"}}
    assert changing == {
        ("services/status", "patch"),
        ("persistentvolumes", "create"),
        ("persistentvolumes", "delete"),
    }


def test_the_judge_of_connections_may_look_and_nothing_else() -> None:
    assert allowed("network-policies") == {
        (resource, verb) for resource in ("namespaces", "networkpolicies", "pods") for verb in ("list", "watch")
    }
