"""Which changes need a new object."""

import pytest

from sandbox.plugins.kubernetes.objects import GroupVersionKind
from sandbox.plugins.kubernetes.paths import parse
from sandbox.plugins.kubernetes.replacement import replaces, rules


def replaced(api_version: str, kind: str, path: str, *mutable: str) -> bool:
    group, _, version = api_version.rpartition("/")
    return replaces(parse(path), "new", rules(GroupVersionKind(group, version, kind), mutable=frozenset(mutable)))


@pytest.mark.parametrize(
    ("api_version", "kind", "path"),
    [
        ("v1", "ConfigMap", "data.k"),
        ("v1", "Secret", "data.p"),
        ("v1", "Secret", "type"),
        ("v1", "Service", "spec.clusterIP"),
        ("v1", "PersistentVolumeClaim", "spec.resources.requests.storage"),
        ("v1", "Pod", "spec.containers[1].image"),
        ("v1", "Pod", "spec.volumes[0].name"),
        ("apps/v1", "StatefulSet", "spec.serviceName"),
        ("batch/v1", "Job", "spec.template.spec.containers[0].command[1]"),
        ("rbac.authorization.k8s.io/v1", "RoleBinding", "roleRef.name"),
        ("rbac.authorization.k8s.io/v1", "ClusterRoleBinding", "roleRef"),
        ("storage.k8s.io/v1", "StorageClass", "provisioner"),
        ("example.com/v1", "Widget", "metadata.namespace"),
    ],
)
def test_this_change_replaces(api_version: str, kind: str, path: str) -> None:
    assert replaced(api_version, kind, path)


@pytest.mark.parametrize(
    ("api_version", "kind", "path"),
    [
        ("v1", "ConfigMap", "metadata.labels.a"),
        ("v1", "Service", "spec.type"),
        ("v1", "Pod", "spec.activeDeadlineSeconds"),
        ("apps/v1", "Deployment", "spec.template.metadata.labels.app"),
        ("apps/v1", "DaemonSet", "spec.template"),
        ("batch/v1", "Job", "spec.suspend"),
        ("batch/v1", "CronJob", "spec.jobTemplate"),
        ("rbac.authorization.k8s.io/v1", "Role", "rules[0].verbs[1]"),
        ("example.com/v1", "Widget", "spec.selector"),
    ],
)
def test_this_change_updates(api_version: str, kind: str, path: str) -> None:
    assert not replaced(api_version, kind, path)


def test_data_is_updated_where_the_provider_allows_it() -> None:
    assert not replaced("v1", "ConfigMap", "data.k", "ConfigMap")
    assert replaced("v1", "Secret", "data.k", "ConfigMap")
