"""The few calls of the registry's API that the plugin needs: is there a manifest, tag it, delete it."""

import json
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Final

from sandbox.pulumi.plugins.docker_build.reference import Repository

TYPES: Final = (
    "application/vnd.docker.distribution.manifest.v2+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.oci.image.index.v1+json",
)
TIMEOUT: Final = 30.0  # seconds
OK: Final = 200
CREATED: Final = 201
ACCEPTED: Final = 202
NOT_FOUND: Final = 404
NOT_ALLOWED: Final = 405


class RegistryError(Exception):
    """The registry cannot be reached, or refuses what it shouldn't."""


def digest(repository: Repository, name: str) -> str | None:
    """The digest of the manifest that a tag or a digest names, or `None`.

    Raises:
        RegistryError: the registry doesn't answer.
    """
    status, headers, _ = _call(repository, "HEAD", f"manifests/{name}")
    if status == NOT_FOUND:
        return None
    _expect(repository, status, OK)
    return headers["docker-content-digest"]


def tag(repository: Repository, manifest: str, tags: list[str]) -> None:
    """Let every tag name the manifest that has the digest `manifest`. Each is changed at once or not at all.

    Raises:
        RegistryError: the registry doesn't answer or doesn't have it.
    """
    status, headers, body = _call(repository, "GET", f"manifests/{manifest}")
    _expect(repository, status, OK)
    for one in tags:
        status, _, _ = _call(repository, "PUT", f"manifests/{one}", body, headers["content-type"])
        _expect(repository, status, CREATED)


def tags(repository: Repository) -> list[str]:
    """Every tag of the repository.

    Raises:
        RegistryError: the registry doesn't answer.
    """
    status, _, body = _call(repository, "GET", "tags/list")
    if status == NOT_FOUND:
        return []
    _expect(repository, status, OK)
    return json.loads(body)["tags"] or []


def delete(repository: Repository, manifest: str) -> None:
    """Delete the manifest and with it every tag that names it; one that is gone is as good as deleted.

    Raises:
        RegistryError: the registry doesn't answer, or doesn't allow it.
    """
    status, _, _ = _call(repository, "DELETE", f"manifests/{manifest}")
    if status == NOT_ALLOWED:
        raise RegistryError(f"{repository.registry} doesn't allow to delete images: switch deletion on in its settings")
    if status != NOT_FOUND:
        _expect(repository, status, ACCEPTED)


def _call(
    repository: Repository, method: str, path: str, body: bytes | None = None, kind: str | None = None
) -> tuple[int, dict[str, str], bytes]:
    connection = (HTTPConnection if repository.is_local else HTTPSConnection)(repository.address, timeout=TIMEOUT)
    headers = {"Accept": ", ".join(TYPES)} | ({"Content-Type": kind} if kind else {})
    try:
        connection.request(method, f"/v2/{repository.name}/{path}", body, headers)
        answer = connection.getresponse()
        return answer.status, {key.lower(): value for key, value in answer.getheaders()}, answer.read()
    except (OSError, HTTPException) as error:
        raise RegistryError(
            f"the registry {repository.registry} doesn't answer ({error}): is the sandbox up?"
        ) from None
    finally:
        connection.close()


def _expect(repository: Repository, status: int, expected: int) -> None:
    if status != expected:
        raise RegistryError(f"the registry {repository.registry} answered {status} for {repository.name}")
