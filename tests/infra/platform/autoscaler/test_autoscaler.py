from tests.infra import stacks


def test_its_namespace_holds_an_upgrade_of_both_parts() -> None:
    quota = stacks.platform().one("ResourceQuota", "keda-quota")["spec"]["hard"]
    deployments = [one for one in stacks.platform().of("Deployment") if one.inputs["metadata"]["namespace"] == "keda"]
    assert len(deployments) == 2
    assert int(quota["pods"]) == 2 * len(deployments)
