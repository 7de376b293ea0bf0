from tests.infra import stacks


def test_others_are_told_where_the_cluster_is_and_not_how_its_administrator_signs_in() -> None:
    outputs = stacks.platform().outputs
    assert outputs["cluster"] == {
        "endpoint": "https://10.244.0.1:6443",
        "certificateAuthority": "Y2E=",
        "identifier": "sandbox",
    }
    assert stacks.KUBECONFIG.content not in str(outputs)


def test_requests_get_in_at_a_port_of_every_node() -> None:
    service = stacks.platform().one("Service", "traefik-service")["spec"]
    assert service["type"] == "NodePort"
    assert service["ports"][0]["nodePort"] == 30080
    assert stacks.platform().outputs["gateway"]["url"] == "http://127.0.0.1:30080"
