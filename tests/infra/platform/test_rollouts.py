from tests.infra import stacks


def test_two_controllers_never_act_at_once() -> None:
    deployment = stacks.platform().one("Deployment", "argo-rollouts")["spec"]
    assert deployment["replicas"] == 1
    assert "--leader-elect=true" in deployment["template"]["spec"]["containers"][0]["args"]


def test_prometheus_may_ask_it_at_the_port_that_it_names() -> None:
    (rule,) = stacks.platform().one("NetworkPolicy", "argo-rollouts-traffic")["spec"]["ingress"]
    pod = stacks.platform().one("Deployment", "argo-rollouts")["spec"]["template"]["spec"]
    ports = {port["name"]: port["containerPort"] for port in pod["containers"][0]["ports"]}
    assert rule["ports"] == [{"protocol": "TCP", "port": ports["metrics"]}]


def test_it_can_write_where_it_needs_to_and_nowhere_else() -> None:
    pod = stacks.platform().one("Deployment", "argo-rollouts")["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    assert container["securityContext"]["readOnlyRootFilesystem"] is True
    mounts = {mount["name"]: mount["mountPath"] for mount in container["volumeMounts"]}
    assert mounts["plugins"] == f"{container['workingDir']}/plugin-bin"
    assert set(mounts) == {volume["name"] for volume in pod["volumes"]}
    assert all(volume["emptyDir"]["sizeLimit"] for volume in pod["volumes"])
