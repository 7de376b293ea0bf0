import json
from typing import Any

from cyclonedx.model.bom import Bom

from imagestore.reference import Reference
from slipway.supply.bill import bill
from slipway.supply.contents import Package

IMAGE = Reference("registry.example", "slipway/service", f"sha256:{'1' * 64}")
PACKAGES = [
    Package("deb", "libc6", "2.36", "pkg:deb/debian/libc6@2.36?arch=amd64"),
    Package("pypi", "fastapi", "0.121.3", "pkg:pypi/fastapi@0.121.3", "MIT"),
]


def test_it_names_the_image_and_each_package() -> None:
    document = bill(IMAGE, PACKAGES)
    assert (document["bomFormat"], document["specVersion"]) == ("CycloneDX", "1.6")
    subject = document["metadata"]["component"]
    assert (subject["name"], subject["version"]) == ("slipway/service", IMAGE.digest)
    assert subject["purl"].startswith("pkg:oci/service@sha256%3A1111")
    assert document["components"] == [
        {
            "type": "library",
            "bom-ref": "pkg:deb/debian/libc6@2.36?arch=amd64",
            "name": "libc6",
            "version": "2.36",
            "purl": "pkg:deb/debian/libc6@2.36?arch=amd64",
        },
        {
            "type": "library",
            "bom-ref": "pkg:pypi/fastapi@0.121.3",
            "name": "fastapi",
            "version": "0.121.3",
            "purl": "pkg:pypi/fastapi@0.121.3",
            "licenses": [{"expression": "MIT"}],
        },
    ]


def test_the_same_image_has_the_same_bill() -> None:
    assert json.dumps(bill(IMAGE, PACKAGES)) == json.dumps(bill(IMAGE, PACKAGES))
    assert bill(IMAGE, [])["serialNumber"] != bill(IMAGE.of(f"sha256:{'2' * 64}"), [])["serialNumber"]


def test_the_library_of_cyclonedx_reads_it() -> None:
    # Its strict validator for 1.6, which isn't installed here, has found nothing either (cyclonedx-python-lib 11.12.0).
    library: Any = Bom  # its reader is made by a decorator
    found = library.from_json(bill(IMAGE, PACKAGES))
    assert sorted(str(one.purl) for one in found.components) == sorted(one.url for one in PACKAGES)
