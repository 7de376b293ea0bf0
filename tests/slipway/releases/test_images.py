import pytest

from slipway.releases import images
from tests.http_servers import Handler, answering

DIGEST = f"sha256:{'1' * 64}"


@pytest.mark.parametrize(("status", "known"), [(200, True), (404, False), (401, None), (500, None)])
def test_a_registry_is_asked_for_the_digest(status: int, known: bool | None) -> None:
    asked: list[tuple[str, str]] = []

    class Registry(Handler):
        def do_HEAD(self) -> None:
            asked.append((self.path, self.headers["Accept"]))
            self.send_response(status)
            self.end_headers()

    with answering(Registry) as url:
        registry = url.removeprefix("http://")
        assert images.there(f"{registry}/slipway/service@{DIGEST}") is known
        assert images.there(f"{registry}/slipway/service:tag@{DIGEST}") is known
    assert {path for path, _ in asked} == {f"/v2/slipway/service/manifests/{DIGEST}"}
    assert "application/vnd.oci.image.manifest.v1+json" in asked[0][1]


def test_a_registry_that_isnt_there_tells_nothing() -> None:
    assert images.there(f"127.0.0.1:1/slipway/service@{DIGEST}") is None
