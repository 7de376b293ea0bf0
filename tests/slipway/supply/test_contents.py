import json
from collections.abc import Generator

import pytest

from imagestore.errors import ImageDiffers
from imagestore.reference import Reference
from imagestore.repository import INDEXES, Manifest
from slipway.errors import Refused
from slipway.supply.contents import Package, packages
from tests.imagestore.registry import Fake, blob, serving
from tests.slipway.supply.layers import BASE, RELEASE, SERVICE, SITE, STATUS, layer, metadata

DEBIAN = Package(
    "deb", "libc6", "2.36-9+deb12u13", "pkg:deb/debian/libc6@2.36-9%2Bdeb12u13?arch=amd64&distro=debian-12"
)
PYTHON = Package("pypi", "fastapi-x", "0.121.3", "pkg:pypi/fastapi-x@0.121.3", "MIT")


@pytest.fixture
def registry() -> Generator[Fake]:
    with serving(Fake()) as found:
        yield found


def found(image: Reference) -> list[Package]:
    return packages(image, lambda _: None)


@pytest.mark.parametrize("listed", [True, False])
def test_packages_are_what_the_layers_leave(registry: Fake, listed: bool) -> None:
    assert found(registry.add(BASE, SERVICE, listed=listed)) == [DEBIAN, PYTHON]


def test_a_layer_may_take_away_what_is_below_it(registry: Fake) -> None:
    assert [one.name for one in found(registry.add(BASE))] == ["libc6", "pip"]
    opaque = layer({f"usr/{SITE}/.wh..wh..opq": "", f"usr/{SITE}/x-1.dist-info/METADATA": metadata("x", "1")})
    assert [one.name for one in found(registry.add(BASE, opaque))] == ["libc6", "x"]
    whole = layer({".wh.usr": ""})
    assert [one.name for one in found(registry.add(BASE, whole))] == ["libc6"]


def test_a_later_layer_has_the_last_word(registry: Fake) -> None:
    newer = layer({"./var/lib/dpkg/status": STATUS.replace("2.36-9+deb12u13", "2.41")})
    assert [one.version for one in found(registry.add(BASE, newer)) if one.kind == "deb"] == ["2.41"]


def test_images_without_a_package_manager_tell_as_well(registry: Fake) -> None:
    stanza = STATUS.split("\n\n")[0].replace("Status: install ok installed\n", "")
    distroless = layer({"var/lib/dpkg/status.d/libc6": stanza, "etc/os-release": RELEASE})
    assert found(registry.add(distroless)) == [DEBIAN]


def test_what_a_builder_attests_is_no_image(registry: Fake) -> None:
    ours, other = registry.add(BASE), registry.add(SERVICE)
    manifests = [
        {"digest": ours.digest, "platform": {"os": "linux", "architecture": "amd64"}},
        {"digest": other.digest, "platform": {"os": "unknown", "architecture": "unknown"}},
    ]
    index = Manifest(json.dumps({"manifests": manifests}).encode(), INDEXES[0])
    registry.manifests[ours.repository, index.digest] = index.content, index.kind
    assert [one.name for one in found(ours.of(index.digest))] == ["libc6", "pip"]


def test_a_layer_that_can_t_be_read_is_named(registry: Fake) -> None:
    with pytest.raises(Refused, match="can't be read: only tar, plain or by gzip"):
        found(registry.add(BASE, b"(\xb5/\xfd zstd"))


def test_a_layer_that_was_changed_is_refused(registry: Fake) -> None:
    image = registry.add(BASE)
    registry.blobs[image.repository, blob(BASE).digest] = SERVICE
    with pytest.raises(ImageDiffers):
        found(image)


def test_half_a_package_is_none(registry: Fake) -> None:
    broken = layer({f"{SITE}/x.dist-info/METADATA": "Name: x\n", "var/lib/dpkg/status": "Package: y\n\n\n"})
    assert found(registry.add(broken)) == []
