from tests.infra import stacks


def test_both_controllers_run_in_namespaces_of_their_own() -> None:
    found = {one.name: one.inputs["metadata"]["namespace"] for one in stacks.platform().of("Deployment")}
    assert found == {"traefik": "gateway", "argo-rollouts": "argo-rollouts"}


def test_each_namespace_can_hold_an_upgrade() -> None:
    quota = stacks.platform().one("ResourceQuota", "gateway-quota")["spec"]["hard"]
    replicas = stacks.platform().one("Deployment", "traefik")["spec"]["replicas"]
    assert int(quota["pods"]) >= replicas + 1
    assert stacks.platform().one("ResourceQuota", "argo-rollouts-quota")["spec"]["hard"]["pods"] == "2"


def test_the_store_is_reached_at_its_endpoint_and_nothing_of_aws_is_asked_for() -> None:
    provider = stacks.platform().one("aws")
    assert "http://10.244.0.1:4566" in provider["endpoints"]
    skipped = ("skipCredentialsValidation", "skipMetadataApiCheck", "skipRequestingAccountId", "skipRegionValidation")
    assert all(provider[name] == "true" for name in (*skipped, "s3UsePathStyle"))
    assert not {"accessKey", "secretKey"} & set(provider)
