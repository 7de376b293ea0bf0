"""Rules that pull through, templates of repositories, and the registry that images are in."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.sandbox.aws.accounts import Account, Refusal
from tests.sandbox.aws.running import Running

SECRET = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:ecr-pullthroughcache/hub"  # noqa: S105 (an ARN)


def test_a_rule_is_told_changed_and_removed(account: Account) -> None:
    ecr = account.client("ecr")
    made = ecr.create_pull_through_cache_rule(
        ecrRepositoryPrefix="hub", upstreamRegistryUrl="registry-1.docker.io", credentialArn=SECRET
    )
    assert made["upstreamRegistry"] == "docker-hub"
    ecr.create_pull_through_cache_rule(ecrRepositoryPrefix="k8s", upstreamRegistryUrl="registry.k8s.io")
    rules = ecr.describe_pull_through_cache_rules()["pullThroughCacheRules"]
    assert [one["ecrRepositoryPrefix"] for one in rules] == ["hub", "k8s"]
    assert rules[0]["credentialArn"] == SECRET
    assert rules[0]["registryId"] == account.number
    other = f"{SECRET}-2"
    ecr.update_pull_through_cache_rule(ecrRepositoryPrefix="hub", credentialArn=other)
    [rule] = ecr.describe_pull_through_cache_rules(ecrRepositoryPrefixes=["hub"])["pullThroughCacheRules"]
    assert rule["credentialArn"] == other
    assert ecr.validate_pull_through_cache_rule(ecrRepositoryPrefix="hub")["isValid"]

    ecr.delete_pull_through_cache_rule(ecrRepositoryPrefix="hub")
    with Refusal("PullThroughCacheRuleNotFoundException"):
        ecr.describe_pull_through_cache_rules(ecrRepositoryPrefixes=["hub"])
    with Refusal("PullThroughCacheRuleNotFoundException"):
        ecr.delete_pull_through_cache_rule(ecrRepositoryPrefix="hub")


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("registry.test", "UnsupportedUpstreamRegistryException"),
        ("ghcr.io", "InvalidParameterException"),
        ("some.azurecr.io", "InvalidParameterException"),
    ],
)
def test_registries_that_aws_refuses_are_refused(account: Account, url: str, code: str) -> None:
    with Refusal(code):
        account.client("ecr").create_pull_through_cache_rule(ecrRepositoryPrefix="hub", upstreamRegistryUrl=url)


def test_a_rule_is_there_once(account: Account) -> None:
    ecr = account.client("ecr")
    wanted = {"ecrRepositoryPrefix": "k8s", "upstreamRegistryUrl": "registry.k8s.io"}
    ecr.create_pull_through_cache_rule(**wanted)
    with Refusal("PullThroughCacheRuleAlreadyExistsException"):
        ecr.create_pull_through_cache_rule(**wanted)


def test_a_template_is_told_changed_and_removed(account: Account) -> None:
    ecr = account.client("ecr")
    wanted: dict[str, Any] = {
        "prefix": "k8s",
        "description": "of Kubernetes",
        "appliedFor": ["PULL_THROUGH_CACHE"],
        "imageTagMutability": "IMMUTABLE",
        "encryptionConfiguration": {"encryptionType": "KMS", "kmsKey": "k"},
        "resourceTags": [{"Key": "a", "Value": "1"}],
    }
    made = ecr.create_repository_creation_template(**wanted)["repositoryCreationTemplate"]
    assert {key: made[key] for key in wanted} == wanted
    with Refusal("TemplateAlreadyExistsException"):
        ecr.create_repository_creation_template(**wanted)
    ecr.update_repository_creation_template(prefix="k8s", description="")
    [told] = ecr.describe_repository_creation_templates()["repositoryCreationTemplates"]
    assert {key: told[key] for key in wanted} == {**wanted, "description": ""}
    ecr.delete_repository_creation_template(prefix="k8s")
    with Refusal("TemplateNotFoundException"):
        ecr.describe_repository_creation_templates(prefixes=["k8s"])


def test_old_pulls_are_counted(account: Account) -> None:
    ecr = account.client("ecr")
    ecr.create_repository(repositoryName="repository")
    since = {"tagStatus": "any", "countType": "sinceImagePulled", "countUnit": "days", "countNumber": 90}
    policy = {"rules": [{"rulePriority": 1, "selection": since, "action": {"type": "expire"}}]}
    ecr.put_lifecycle_policy(repositoryName="repository", lifecyclePolicyText=json.dumps(policy))
    assert json.loads(ecr.get_lifecycle_policy(repositoryName="repository")["lifecyclePolicyText"]) == policy


def test_images_are_in_the_registry_that_lies_around(account: Account, tmp_path: Path) -> None:
    name = f"{account.number}.dkr.ecr.eu-central-1.amazonaws.com"
    assert (
        account.client("ecr").create_repository(repositoryName="repository")["repository"]["repositoryUri"]
        == f"{name}/repository"
    )
    around = tmp_path / "around"
    with Running(tmp_path / "data", options=("--around", str(around))) as server:
        other = Account(server, account.number).client("ecr")
        around.write_text(json.dumps({"registry": "127.0.0.1:5050"}))
        assert (
            other.create_repository(repositoryName="repository")["repository"]["repositoryUri"]
            == "127.0.0.1:5050/repository"
        )
        assert other.describe_repositories()["repositories"][0]["repositoryUri"] == "127.0.0.1:5050/repository"
        [login] = other.get_authorization_token()["authorizationData"]
        assert login["proxyEndpoint"] == "https://127.0.0.1:5050"
        around.write_text("[]")
        with Refusal("ServiceUnavailable") as refusal:
            account_s3 = server.client("s3")
            account_s3.list_buckets()
        assert "does not say what is around this AWS" in refusal.message
