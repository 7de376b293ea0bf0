"""What processors run our own image: it is built for them, and nodes have them."""

from typing import Final

ARCHITECTURE: Final = "amd64"
"""As Kubernetes and OCI call it."""
