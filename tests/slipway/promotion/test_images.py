from collections.abc import Generator

import pytest

from imagestore import signature
from imagestore.errors import ImageDiffers, ImageError, RegistryUnavailable, SignatureRefused
from imagestore.reference import Reference
from slipway.promotion import images
from tests.imagestore.registry import Fake, blob, serving
from tests.modelstore.keys import OTHER, SIGNER

LAYERS = (b"base" * 1000, b"service")


@pytest.fixture
def here() -> Generator[Fake]:
    with serving(Fake()) as found:
        yield found


@pytest.fixture
def there() -> Generator[Fake]:
    with serving(Fake()) as found:
        yield found


def target(image: Reference, there: Fake) -> Reference:
    return Reference(there.host, "live/service", image.digest)


def copied(image: Reference, there: Fake) -> images.Copied:
    return images.copy(image, target(image, there), lambda _: None)


@pytest.mark.parametrize("listed", [True, False])
def test_an_image_arrives_byte_for_byte(here: Fake, there: Fake, listed: bool) -> None:
    image = here.add(*LAYERS, listed=listed)
    done = copied(image, there)
    assert (done.blobs, done.bytes) == (3, 4000 + 7 + 24)
    assert {digest for _, digest in there.blobs} == {digest for _, digest in here.blobs}
    for _, reference in here.manifests:
        assert there.manifests["live/service", reference] == here.manifests["slipway/service", reference]
    assert str(done.image) == f"{there.host}/live/service@{image.digest}"


def test_a_second_copy_sends_nothing(here: Fake, there: Fake) -> None:
    image = here.add(*LAYERS)
    copied(image, there)
    before = dict(there.manifests)
    there.asked.clear()
    assert (copied(image, there).blobs, there.manifests) == (0, before)
    assert not [one for one in there.asked if "uploads" in one]


def test_a_copy_that_was_killed_is_gone_on_with(here: Fake, there: Fake) -> None:
    image = here.add(*LAYERS)
    there.fail = {"PUT .*manifests": 503}
    with pytest.raises(RegistryUnavailable):
        copied(image, there)
    assert there.manifests == {}  # an image is there when all of it is
    there.fail = {}
    assert copied(image, there).blobs == 0
    assert ("live/service", image.digest) in there.manifests


def test_a_layer_that_is_something_else_goes_nowhere(here: Fake, there: Fake) -> None:
    image = here.add(*LAYERS)
    here.blobs["slipway/service", blob(b"service").digest] = b"SERVICE"
    with pytest.raises(ImageDiffers):
        copied(image, there)
    assert there.manifests == {}


def test_signatures_go_along(here: Fake, there: Fake) -> None:
    image = here.add(*LAYERS)
    signature.sign(image, SIGNER)
    signature.attest(image, SIGNER, [_statement(image)])
    copied(image, there)
    signature.verify(target(image, there), SIGNER.public)
    with pytest.raises(SignatureRefused):
        signature.verify(target(image, there), OTHER.public)
    assert signature.attested(target(image, there), SIGNER.public) == {"https://example/kind": {"a": 1}}


def test_tags_that_must_not_move_stay(here: Fake, there: Fake) -> None:
    there.frozen = True
    image = here.add(*LAYERS)
    signature.sign(image, SIGNER)
    for _ in range(2):
        copied(image, there)
    signature.sign(image, OTHER)
    with pytest.raises(ImageError, match="tags are immutable here"):
        copied(image, there)
    signature.verify(target(image, there), SIGNER.public)


def _statement(image: Reference) -> dict[str, object]:
    subject = [{"name": "x", "digest": {"sha256": image.digest.partition(":")[2]}}]
    return {"subject": subject, "predicateType": "https://example/kind", "predicate": {"a": 1}}
