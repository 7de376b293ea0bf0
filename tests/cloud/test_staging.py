"""Staging, whole, through the real engine: what `make staging` has made, changed, and repaired."""

import base64
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from imagestore.reference import Reference
from imagestore.repository import Repository
from infra.shared import cluster as clusters
from infra.shared.cluster import EksRole
from modelstore.store_errors import ObjectNotFound
from sandbox.journey import questions
from tests import leaks
from tests.cloud.conftest import Up
from tests.e2e.cluster import Cluster, eventually

pytestmark = [pytest.mark.soak, pytest.mark.timeout(3600)]

FOUNDATION: Final = "slipway-platform:foundation.aws"
LOGS: Final = "/aws/eks/slipway-staging/cluster"
LOADED_WITHIN: Final = 180.0  # seconds
BUCKET: Final = "slipway-staging-models-111122223333"


def test_neither_refresh_nor_preview_finds_anything_to_change(staging: Up) -> None:
    staging.settled()


def test_the_model_answers_through_the_load_balancer_under_its_name(staging: Up) -> None:
    url = staging.model["url"]
    assert url == "http://models.staging.internal/maintenance-predictor"
    for answer in questions.ask(url, entrance=staging.cloud.entrance):
        assert 0 <= answer.prediction["failure_probability"] <= 1


def test_the_name_leads_to_the_load_balancer(staging: Up) -> None:
    service = json.loads(staging.cluster.kubectl("-n", "gateway", "get", "service", "traefik", "-o", "json"))
    (balancer,) = service["status"]["loadBalancer"]["ingress"]
    route53 = staging.account.client("route53")
    (zone,) = [one["Id"] for one in route53.list_hosted_zones()["HostedZones"] if one["Name"] == "staging.internal."]
    records = route53.list_resource_record_sets(HostedZoneId=zone)["ResourceRecordSets"]
    (name,) = [one for one in records if one["Type"] == "CNAME"]
    assert name["Name"] == "models.staging.internal."
    assert name["ResourceRecords"] == [{"Value": balancer["hostname"]}]


def test_a_model_s_pods_have_a_role_and_no_key(staging: Up) -> None:
    pods = staging.cluster.pods("serving", "app.kubernetes.io/component=model-server")
    assert pods
    for pod in pods:
        for container in pod["spec"]["containers"]:
            variables = {one["name"]: one.get("value", "") for one in container["env"]}
            assert variables["AWS_CONTAINER_CREDENTIALS_FULL_URI"] == "http://169.254.170.23/v1/credentials"
            assert not [name for name in variables if "SECRET" in name or "ACCESS_KEY" in name]


def test_what_prometheus_keeps_is_on_a_volume(staging: Up) -> None:
    claims = staging.cluster.get("/api/v1/namespaces/monitoring/persistentvolumeclaims")["items"]
    assert {(one["spec"]["storageClassName"], one["status"]["phase"]) for one in claims} == {("ebs", "Bound")}


def test_who_deploys_may_do_so_in_its_namespace_and_nothing_elsewhere(staging: Up, tmp_path: Path) -> None:
    credential = EksRole.model_validate(staging.outputs["credentials"]["serving"])
    kubeconfig = clusters.kubeconfig(clusters.Cluster.model_validate(staging.outputs["cluster"]), credential, "serving")
    file = tmp_path / "kubeconfig"
    file.write_text(kubeconfig)
    (user,) = json.loads(kubeconfig)["users"]
    assert set(user["user"]) == {"exec"}  # nothing that lasts

    def may(verb: str, *what: str) -> bool:
        command = [staging.state.bin / "kubectl", f"--kubeconfig={file}", "auth", "can-i", verb, *what]
        environment = {"PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin", **staging.serving.signed_in()}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        said = done.stdout.strip()
        assert said in {"yes", "no"}, done.stderr
        return said == "yes"

    assert may("create", "deployments.apps", "-n", "serving")
    assert not may("get", "secrets", "-n", "serving")
    assert not may("get", "pods", "-n", "monitoring")
    assert not may("list", "nodes")


def test_a_change_of_the_platform_is_made_in_its_account_and_nothing_else_changes(staging: Up) -> None:
    logs = staging.account.client("logs")

    def kept() -> int:
        (group,) = logs.describe_log_groups(logGroupNamePrefix=LOGS)["logGroups"]
        return group["retentionInDays"]

    for days in (60, 30):
        assert kept() != days
        staging.say(staging.platform, {f"{FOUNDATION}.cluster.logRetentionDays": days})
        assert {change.type for change in staging.platform.up()} == {"aws:cloudwatch/logGroup:LogGroup"}
        assert kept() == days
    staging.settled()


def test_a_version_is_released_and_rolled_back_by_the_commands_of_any_stack(staging: Up) -> None:
    staging.well("release", "--model=1.1.0")
    assert staging.read("version")["model_version"] == "1.1.0"
    staging.well("rollback")
    assert staging.read("version")["model_version"] == "1.0.0"
    assert [f"{one.event} {one.version}" for one in staging.history()[-3:]] == [
        "released 1.1.0",
        "promoted 1.1.0",
        "rolled_back 1.0.0",
    ]
    staging.settled()


def test_what_is_changed_behind_its_back_is_found_by_its_kind_and_repaired(staging: Up) -> None:
    client, kubectl = staging.account.client, staging.cluster.kubectl
    s3, iam, ec2, kms = (client(service) for service in ("s3", "iam", "ec2", "kms"))

    client("logs").put_retention_policy(logGroupName=LOGS, retentionInDays=1)
    s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Suspended"})
    s3.delete_bucket_policy(Bucket=BUCKET)
    roles = [one["RoleName"] for one in iam.list_roles()["Roles"]]
    (reader,) = [one for one in roles if one.startswith("slipway-serving-maintenance-predictor")]
    (policy,) = iam.list_role_policies(RoleName=reader)["PolicyNames"]
    iam.delete_role_policy(RoleName=reader, PolicyName=policy)
    rules = ec2.describe_security_group_rules()["SecurityGroupRules"]
    (rule,) = [one for one in rules if one.get("Description") == "HTTPS from the VPC"]
    ec2.revoke_security_group_ingress(GroupId=rule["GroupId"], SecurityGroupRuleIds=[rule["SecurityGroupRuleId"]])
    aliases = kms.list_aliases()["Aliases"]
    (key,) = [one["TargetKeyId"] for one in aliases if one["AliasName"] == "alias/slipway-staging"]
    kms.disable_key_rotation(KeyId=key)
    kubectl("-n", "gateway", "delete", "networkpolicy", "traefik")
    off = json.dumps({"data": {"enable-network-policy-controller": "false"}})
    kubectl("-n", "kube-system", "patch", "configmap", "amazon-vpc-cni", f"--patch={off}")

    found = {change.type.rpartition(":")[2] for change in staging.platform.refresh()}

    assert found - {"Stack"} == {
        "LogGroup",
        "BucketVersioning",
        "BucketPolicy",
        "RolePolicy",
        "SecurityGroupIngressRule",
        "Key",
        "NetworkPolicy",
        "ConfigMap",
    }
    staging.platform.up()
    staging.settled()


def test_models_that_were_deleted_come_back_and_pods_load_them_again(staging: Up) -> None:
    """As docs/guides/aws.md tells."""
    s3 = staging.account.client("s3")
    prefix = "models/maintenance_predictor/1.0.0/"
    digest = staging.digest("1.0.0")
    keys = [one["Key"] for one in s3.list_objects_v2(Bucket=BUCKET, Prefix=prefix)["Contents"]]
    for key in keys:
        s3.delete_object(Bucket=BUCKET, Key=key)
    with pytest.raises(ObjectNotFound):
        staging.digest("1.0.0")
    assert staging.read("version")["model_version"] == "1.0.0"  # pods that have it go on

    markers = s3.list_object_versions(Bucket=BUCKET, Prefix=prefix)["DeleteMarkers"]
    assert {one["Key"] for one in markers} == set(keys)
    for one in markers:
        s3.delete_object(Bucket=BUCKET, Key=one["Key"], VersionId=one["VersionId"])

    assert staging.digest("1.0.0") == digest
    pods = "app.kubernetes.io/component=model-server"
    before = staging.cluster.ready_pods("serving", pods)
    staging.cluster.kubectl("-n", "serving", "delete", "pod", sorted(before)[0], "--wait=false")
    fresh = eventually(
        lambda: staging.cluster.ready_pods("serving", pods) - before, lambda found: len(found) == 1, LOADED_WITHIN
    )
    assert fresh


def test_what_is_secret_is_told_nowhere(staging: Up) -> None:
    """Neither what somebody signed in with, nor what the cluster keeps in its Secrets."""
    signed_in = staging.platform.signed_in()
    sessions = {signed_in[name] for name in ("AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")}
    kept = set(kept_in_secrets(staging.cluster))
    assert kept
    folders = (staging.state.pulumi / folder for folder in ("backend", "log", "stacks"))
    assert leaks.nowhere(sessions | kept, leaks.files(*folders))
    assert leaks.nowhere(sessions | kept, objects(staging.cluster))
    assert leaks.nowhere(sessions, layers(staging.access.registry, staging.serving.outputs()["image"]))


def kept_in_secrets(cluster: Cluster) -> Iterator[str]:
    """What Secrets have.

    Left out are certificates, which are no secret; what the operator has compressed, which is told nowhere as it is;
    and what is too short to be looked for.
    """
    for secret in json.loads(cluster.kubectl("get", "secrets", "--all-namespaces", "-o", "json"))["items"]:
        for name, encoded in secret.get("data", {}).items():
            value = base64.b64decode(encoded)
            if not name.endswith((".crt", ".gz")) and len(value) >= 16:
                yield value.decode()


def objects(cluster: Cluster) -> Iterator[tuple[str, bytes]]:
    """Every object of the cluster, and of Secrets what they say beside their data."""
    for kind in cluster.kubectl("api-resources", "--verbs=list", "-o", "name").split():
        for one in json.loads(cluster.kubectl("get", kind, "--all-namespaces", "-o", "json"))["items"]:
            said = one["metadata"] if kind == "secrets" else one
            yield f"{kind} {one['metadata']['name']}", json.dumps(said).encode()


def layers(registry: str, image: str) -> Iterator[tuple[str, bytes]]:
    """The configuration and the layers of an image, from the registry that stands behind its own."""
    reference = Reference.parse(image)
    repository = Repository(registry, reference.repository)
    for blob in repository.manifest(reference.digest).blobs:
        with repository.opened(blob) as file:
            content = file.read()
        yield blob.digest, leaks.unpacked(content)
