from collections.abc import Generator

import pytest

from imagestore import repository
from slipway.releases import images
from tests.imagestore.registry import Fake, serving

DIGEST = f"sha256:{'1' * 64}"


@pytest.fixture(autouse=True)
def registry(monkeypatch: pytest.MonkeyPatch) -> Generator[Fake]:
    retries = repository._RETRIES.new(backoff_factor=0)  # pyright: ignore[reportPrivateUsage]
    monkeypatch.setattr(repository, "_RETRIES", retries)
    with serving(Fake()) as found:
        yield found


def test_a_registry_is_asked_for_the_digest(registry: Fake) -> None:
    image = registry.add(b"layer")
    assert images.there(str(image)) is True
    assert images.there(f"{registry.host}/slipway/service:tag@{image.digest}") is True
    assert images.there(f"{registry.host}/slipway/service@{DIGEST}") is False


@pytest.mark.parametrize("status", [401, 403, 500])
def test_a_registry_that_doesn_t_say_is_not_taken_for_one_without_it(registry: Fake, status: int) -> None:
    image = registry.add(b"layer")
    registry.fail = {"manifests": status}
    assert images.there(str(image)) is None


def test_a_registry_that_isnt_there_tells_nothing() -> None:
    assert images.there(f"127.0.0.1:1/slipway/service@{DIGEST}") is None


def test_another_content_under_the_digest_is_no_answer(registry: Fake) -> None:
    image = registry.add(b"layer")
    registry.manifests[image.repository, image.digest] = b"{}", "x"
    assert images.there(str(image)) is None
