import ssl
from pathlib import Path

import pytest

from service.verify.api_server import ApiRefused, ApiServer, ApiUnavailable
from tests.service.verify.fake_api import TOKEN, Fake
from tests.service.verify.objects import DEPLOYMENT, PODS, STATUS, deployment, pod, rollout


def test_an_object_is_read_with_the_accounts_token(fake: Fake, tmp_path: Path) -> None:
    fake.at(DEPLOYMENT, deployment())
    assert fake.api(tmp_path).get("apis/apps/v1", "serving", "deployments", "maintenance-predictor") == deployment()
    assert fake.asked == [(DEPLOYMENT, f"Bearer {TOKEN}")]


def test_a_renewed_token_is_used(fake: Fake, tmp_path: Path) -> None:
    api = fake.api(tmp_path)
    fake.at(PODS, {"items": []})
    api.list("api/v1", "serving", "pods", "a=b")
    api.token.write_text("renewed")
    api.list("api/v1", "serving", "pods", "a=b")
    assert [who for _, who in fake.asked] == [f"Bearer {TOKEN}", "Bearer renewed"]


def test_objects_are_listed_by_their_labels(fake: Fake, tmp_path: Path) -> None:
    fake.at(PODS, {"items": [pod()]})
    assert fake.api(tmp_path).list("api/v1", "serving", "pods", "hash=new") == [pod()]
    assert fake.asked[0][0] == f"{PODS}?labelSelector=hash=new"


def test_fields_of_a_status_are_changed_and_no_others(fake: Fake, tmp_path: Path) -> None:
    fake.at(STATUS, rollout())
    group = "apis/argoproj.io/v1alpha1"
    fake.api(tmp_path).patch_status(group, "serving", "rollouts", "maintenance-predictor", {"abort": False})
    assert fake.patched == [(STATUS, {"status": {"abort": False}})]
    assert fake.asked == [(STATUS, f"Bearer {TOKEN}")]


def test_a_refused_change_is_told_in_the_servers_words(fake: Fake, tmp_path: Path) -> None:
    fake.at(STATUS, {"message": "rollouts/status is forbidden"}, status=403)
    with pytest.raises(ApiRefused, match=r"PATCH .*/status: 403 rollouts/status is forbidden"):
        fake.api(tmp_path).patch_status("apis/argoproj.io/v1alpha1", "serving", "rollouts", "maintenance-predictor", {})


@pytest.mark.parametrize("status", [401, 403, 404])
def test_what_is_refused_is_told_in_the_servers_words(status: int, fake: Fake, tmp_path: Path) -> None:
    fake.at(PODS, {"message": "pods is forbidden"}, status=status)
    with pytest.raises(ApiRefused, match=rf"{status} pods is forbidden"):
        fake.api(tmp_path).list("api/v1", "serving", "pods", "a=b")


@pytest.mark.parametrize(("status", "body"), [(500, b"oops"), (503, b"[]"), (429, {"message": "later"}), (200, b"{")])
def test_an_answer_that_is_none_may_be_asked_for_again(status: int, body: object, fake: Fake, tmp_path: Path) -> None:
    fake.at(PODS, body, status=status)
    with pytest.raises(ApiUnavailable, match="pods"):
        fake.api(tmp_path).list("api/v1", "serving", "pods", "a=b")


def test_a_server_that_is_away_may_be_asked_again(tmp_path: Path) -> None:
    with pytest.raises(ApiUnavailable, match="refused"):
        Fake(url="http://127.0.0.1:9").api(tmp_path).list("api/v1", "serving", "pods", "a=b")


@pytest.mark.parametrize(
    ("host", "url"), [("10.96.0.1", "https://10.96.0.1:443"), ("fd00::1", "https://[fd00::1]:443")]
)
def test_a_pod_knows_its_api_server_and_verifies_it(
    host: str, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trusted: list[str] = []

    def context(*, cafile: str) -> ssl.SSLContext:
        trusted.append(cafile)
        return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)

    monkeypatch.setattr(ssl, "create_default_context", context)
    environment = {"KUBERNETES_SERVICE_HOST": host, "KUBERNETES_SERVICE_PORT": "443"}
    api = ApiServer.from_pod(environment, tmp_path)
    assert (api.url, api.token, trusted) == (url, tmp_path / "token", [str(tmp_path / "ca.crt")])
    assert api.tls is not None
    assert api.tls.verify_mode is ssl.CERT_REQUIRED
