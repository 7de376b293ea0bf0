"""Whether a registry still has an image, as far as it tells us."""

from imagestore.errors import ImageError, ImageNotFound
from imagestore.reference import Reference
from imagestore.repository import Repository


def there(image: str) -> bool | None:
    """Whether there is this image; None when the registry doesn't tell us.

    Args:
        image: by digest, like `registry.example/team/app@sha256:…`.
    """
    try:
        found = Reference.parse(image)
        Repository(found.registry, found.repository).manifest(found.digest)
    except ImageNotFound:
        return False
    except (ImageError, ValueError):
        return None
    return True
