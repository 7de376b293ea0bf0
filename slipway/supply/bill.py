"""A bill of materials in the form of CycloneDX: the same image has the same one, to the byte."""

from collections.abc import Sequence
from importlib.metadata import version
from typing import Any, Final
from urllib.parse import quote
from uuid import NAMESPACE_URL, uuid5

from imagestore.reference import Reference
from slipway.supply.contents import Package

TYPE: Final = "https://cyclonedx.org/bom"
"""Type of its statement, as `cosign` has it."""


def bill(image: Reference, packages: Sequence[Package]) -> dict[str, Any]:
    """The document.

    Args:
        image: what it is about.
        packages: what is in it.
    """
    name = image.repository.rpartition("/")[2]
    url = (
        f"pkg:oci/{name}@{quote(image.digest, safe='')}?repository_url={quote(f'{image.registry}/{image.repository}')}"
    )
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        # Of the digest alone: where it lies is no part of what it is.
        "serialNumber": f"urn:uuid:{uuid5(NAMESPACE_URL, image.digest)}",
        "version": 1,
        "metadata": {
            "tools": {"components": [{"type": "application", "name": "slipway", "version": version("slipway")}]},
            "component": {
                "type": "container",
                "bom-ref": url,
                "name": image.repository,
                "version": image.digest,
                "purl": url,
            },
        },
        "components": [_component(one) for one in packages],
    }


def _component(one: Package) -> dict[str, Any]:
    licence = {"licenses": [{"expression": one.licence}]} if one.licence else {}
    return {"type": "library", "bom-ref": one.url, "name": one.name, "version": one.version, "purl": one.url, **licence}
