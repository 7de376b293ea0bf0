"""What can go wrong with a registry; each message is one line that names the image.

The kinds of failure:

    ImageError
    ├── RegistryUnavailable  transient: unreachable, timed out, throttled, 5xx; trying again may help
    ├── ImageNotFound
    ├── RegistryDenied       the credentials are missing, wrong, expired, or lack the right
    ├── ImageDiffers         what came is not what the digest says
    ├── RegistryRefused      anything else that the registry doesn't take
    └── SignatureRefused     it has no signature of that key, or one of something else
"""


class ImageError(Exception):
    """The registry could not do what was asked, or the image is not what it should be."""


class RegistryUnavailable(ImageError):
    """The registry could not be reached or could not answer; trying again may help."""


class ImageNotFound(ImageError):
    """There is no such image, or no such repository."""


class RegistryDenied(ImageError):
    """The credentials are missing, wrong, expired, or lack the right."""


class ImageDiffers(ImageError):
    """The bytes are not those that the digest says."""


class RegistryRefused(ImageError):
    """The registry doesn't take what it was sent."""


class SignatureRefused(ImageError):
    """The image has no signature of the key, or one of something else."""
