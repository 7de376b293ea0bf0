"""Whether a registry still has an image, as far as somebody without an account there may ask."""

import urllib3

_TIMEOUT = 5.0
_KINDS = (
    "application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json, "
    "application/vnd.docker.distribution.manifest.list.v2+json, application/vnd.docker.distribution.manifest.v2+json"
)
_FOUND, _ABSENT = 200, 404


def there(image: str) -> bool | None:
    """Whether there is this image; None when the registry doesn't tell us.

    Args:
        image: by digest, like `registry.example/team/app@sha256:…`.
    """
    registry, _, rest = image.partition("/")
    repository, _, digest = rest.partition("@")
    repository = repository.partition(":")[0]
    scheme = "http" if registry.partition(":")[0] in ("127.0.0.1", "localhost") else "https"
    try:
        answer = urllib3.request(
            "HEAD",
            f"{scheme}://{registry}/v2/{repository}/manifests/{digest}",
            headers={"Accept": _KINDS},
            timeout=_TIMEOUT,
            retries=False,
        )
    except urllib3.exceptions.HTTPError:
        return None
    return {_FOUND: True, _ABSENT: False}.get(answer.status)
