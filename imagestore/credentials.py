"""Who we are at a registry: what `docker login` has left, as every other tool reads it."""

import base64
import json
import os
import subprocess
from pathlib import Path
from typing import Any, NamedTuple

from imagestore.errors import RegistryDenied


class Credential(NamedTuple):
    """A user and a password, which may be a token."""

    user: str
    password: str


def credential(registry: str) -> Credential | None:
    """What is known for a registry; None where nobody has signed in.

    Raises:
        RegistryDenied: the file or the helper that it names can't be used.
    """
    folder = os.environ.get("DOCKER_CONFIG") or "~/.docker"
    path = Path(folder).expanduser() / "config.json"
    try:
        known: dict[str, Any] = json.loads(path.read_bytes())
        helper = known.get("credHelpers", {}).get(registry) or known.get("credsStore")
        given: dict[str, Any] = known.get("auths", {}).get(registry, {})
        if "auth" in given:
            user, _, password = base64.b64decode(given["auth"], validate=True).decode().partition(":")
            return Credential(user, password)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, AttributeError):
        raise RegistryDenied(f"{path} can't be read: sign in anew with `docker login {registry}`") from None
    return _helped(helper, registry) if helper else None


def _helped(helper: str, registry: str) -> Credential | None:
    program = f"docker-credential-{helper}"
    try:
        done = subprocess.run([program, "get"], input=registry, capture_output=True, text=True, check=False, timeout=30)
        if done.returncode != 0:  # it has none for this registry
            return None
        found = json.loads(done.stdout)
        return Credential(found["Username"], found["Secret"])
    except (OSError, subprocess.SubprocessError, ValueError, KeyError):
        # Without its words: they may hold the secret.
        raise RegistryDenied(f"{program} gives no credentials for {registry}: sign in anew") from None
