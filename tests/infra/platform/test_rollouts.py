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


def test_it_may_ask_prometheus_and_prometheus_lets_it() -> None:
    own = stacks.platform().one("NetworkPolicy", "argo-rollouts-traffic")["spec"]
    asked = stacks.platform().one("NetworkPolicy", "prometheus-traffic")["spec"]
    ports = [{"protocol": "TCP", "port": 9090}]
    (out,) = [rule for rule in own["egress"] if rule["ports"] == ports]
    assert out["to"] == [
        {
            "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "monitoring"}},
            "podSelector": {"matchLabels": {"app.kubernetes.io/name": "prometheus"}},
        }
    ]
    here = {
        "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "argo-rollouts"}},
        "podSelector": {"matchLabels": {"app.kubernetes.io/component": "rollouts-controller"}},
    }
    assert {"ports": ports, "from": [here]} in asked["ingress"]
    pods = stacks.platform().one("Deployment", "argo-rollouts")["spec"]["template"]["metadata"]["labels"]
    assert pods.items() >= here["podSelector"]["matchLabels"].items()


def test_it_may_do_what_an_analysis_needs_and_read_no_secret_of_others() -> None:
    rights = {
        (resource, verb)
        for rule in stacks.platform().one("ClusterRole", "argo-rollouts-everywhere")["rules"]
        for resource in rule["resources"]
        for verb in rule["verbs"]
    }
    assert {("analysisruns", "create"), ("analysisruns", "patch"), ("jobs", "create"), ("jobs", "delete")} <= rights
    assert ("pods", "update") in rights  # it labels those on trial
    assert not {right for right in rights if right[0] == "secrets"}
