"""A tag means one image for ever, and what is in it has been looked at."""

from collections.abc import Iterator
from typing import Final

from policies.cloud import kinds
from policies.props import Props, objects, section
from policies.rule import rule

_IMMUTABLE: Final = ("IMMUTABLE", "IMMUTABLE_WITH_EXCLUSION")


@rule(kinds("aws:ecr/repository:Repository"))
def require_guarded_repository(repository: Props) -> Iterator[str]:
    """Every repository keeps its tags, scans its images and encrypts them with a key of ours."""
    mutability = repository.get("imageTagMutability")
    if mutability not in _IMMUTABLE:
        yield f"imageTagMutability is {mutability!r}, and a tag may become another image: set it to IMMUTABLE"
    if section(repository, "imageScanningConfiguration").get("scanOnPush") is not True:
        yield "its images aren't looked at: set imageScanningConfiguration.scanOnPush to true"
    found = [one.get("encryptionType") for one in objects(repository, "encryptionConfigurations")]
    if not found or not all(one in ("KMS", "KMS_DSSE") for one in found):
        yield f"its encryptionConfigurations are {found}: give it one of KMS with your key"
