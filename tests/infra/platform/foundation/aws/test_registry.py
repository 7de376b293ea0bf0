import json

from infra.platform.foundation.aws.registry import REPOSITORY, fetching
from tests.infra import stacks
from tests.infra.changes import put
from tests.infra.platform.foundation.aws.documents import statement
from tests.infra.platform.foundation.aws.test_config import PLACE, SECRET


def test_a_tag_of_ours_is_one_image_which_has_been_looked_at() -> None:
    repository = stacks.platform("prod").resource("Repository")
    assert repository.inputs["imageTagMutability"] == "IMMUTABLE"
    assert repository.inputs["imageScanningConfiguration"] == {"scanOnPush": True}
    assert repository.inputs["encryptionConfigurations"][0]["encryptionType"] == "KMS"
    assert repository.request.protect is True


def test_serving_pushes_where_the_repository_is() -> None:
    registry = stacks.platform("staging").outputs["registry"]
    assert registry == "111122223333.dkr.ecr.eu-central-1.amazonaws.com"
    image = stacks.serving("staging").one("Image")
    assert image["tags"][0].startswith(f"{registry}/{REPOSITORY}:")


def test_as_many_images_are_kept_as_the_stack_says() -> None:
    policy = json.loads(stacks.platform("prod").one("LifecyclePolicy")["policy"])
    assert [rule["selection"]["countNumber"] for rule in policy["rules"]] == [14, 200]
    priorities = {rule["selection"]["tagStatus"]: rule["rulePriority"] for rule in policy["rules"]}
    assert priorities["any"] > priorities["untagged"]  # ECR wants that one last


def test_third_party_images_come_through_it() -> None:
    rules = {
        one.inputs["ecrRepositoryPrefix"]: one.inputs for one in stacks.platform("prod").of("PullThroughCacheRule")
    }
    assert {name: rule["upstreamRegistryUrl"] for name, rule in rules.items()} == {
        "ecr-public": "public.ecr.aws",
        "k8s": "registry.k8s.io",
        "quay": "quay.io",
        "ghcr": "ghcr.io",
    }
    assert [name for name, rule in rules.items() if "credentialArn" in rule] == ["ghcr"]


def test_docker_hub_answers_under_another_name() -> None:
    config = stacks.aws_configuration()
    put(*PLACE, "registry", "caches", "hub", value={"upstream": "docker.io", "credential": SECRET})(config)
    rule = stacks.platform_on_aws(config).one("PullThroughCacheRule", "registry-hub")
    assert rule["upstreamRegistryUrl"] == "registry-1.docker.io"


def test_nodes_may_have_ecr_fetch_what_is_cached_and_nothing_else() -> None:
    found = statement(stacks.platform("prod").one("RolePolicy", "slipway-nodes-rights"), "Fetch")
    assert found["Resource"][0] == "arn:aws:ecr:eu-central-1:444455556666:repository/ecr-public/*"
    assert len(found["Resource"]) == 4
    assert fetching({}, "444455556666", "eu-central-1") == []


def test_every_image_of_the_platform_comes_from_a_cache_of_the_stack() -> None:
    for stack in ("staging", "prod"):
        platform = stacks.platform(stack)
        prefixes = {one.inputs["ecrRepositoryPrefix"] for one in platform.of("PullThroughCacheRule")}
        config = stacks.aws_configuration(stack)
        account = config["slipway-platform:foundation"]["aws"]["account"]
        images = [
            *config["slipway-platform:images"].values(),
            *config["slipway-platform:monitoring"]["installed"]["images"].values(),
        ]
        for image in images:
            registry, prefix, _ = image.split("/", 2)
            assert registry == f"{account}.dkr.ecr.eu-central-1.amazonaws.com"
            assert prefix in prefixes
