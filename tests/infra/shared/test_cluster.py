import json

from infra.shared import cluster
from infra.shared.cluster import Cluster, Token
from tests.infra import stacks

SECRET = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 - the mark of secrets on the wire


def test_a_renewed_kubeconfig_is_still_the_same_cluster() -> None:
    for recording in (stacks.platform(), stacks.serving()):
        assert recording.one("kubernetes")["clusterIdentifier"] == "sandbox"


def test_a_kubeconfig_goes_to_the_engine_as_a_secret() -> None:
    for recording in (stacks.platform(), stacks.serving()):
        assert SECRET in str(recording.resource("kubernetes").request.object)


def test_serving_signs_in_as_the_deployer_of_its_namespace_and_never_as_the_administrator() -> None:
    assert stacks.platform().one("kubernetes")["kubeconfig"] == stacks.KUBECONFIG.content
    kubeconfig = json.loads(stacks.serving().one("kubernetes")["kubeconfig"])
    (user,), (entry,), (context,) = kubeconfig["users"], kubeconfig["clusters"], kubeconfig["contexts"]
    assert user["user"] == {"token": "a token"}
    assert entry["cluster"] == {"server": "https://10.244.0.1:6443", "certificate-authority-data": "Y2E="}
    assert context["context"] == {"cluster": entry["name"], "user": user["name"], "namespace": "serving"}
    assert kubeconfig["current-context"] == context["name"]


def test_a_token_is_in_no_text_about_it() -> None:
    token = Token(token="very secret")  # noqa: S106
    assert "very secret" not in f"{token} {token!r}"
    reached = Cluster.model_validate({"endpoint": "https://a", "certificateAuthority": "Y2E=", "identifier": "one"})
    assert "very secret" in cluster.kubeconfig(reached, token, "serving")
