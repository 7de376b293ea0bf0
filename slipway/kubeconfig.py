"""The client of the API server that a kubeconfig names."""

from pathlib import Path
from typing import Any

import urllib3
from yaml import YAMLError

from slipway.errors import BadInput


def client(kubeconfig: Path | None, connections: int, remedy: str = "") -> Any:
    """A client of the official library, which signs in as the kubeconfig's current context says. Nothing is sent yet.

    Args:
        kubeconfig: file; None for what `KUBECONFIG` names, or the one in the home directory.
        connections: that are kept open.
        remedy: what helps beside naming another kubeconfig.

    Raises:
        BadInput: there is no kubeconfig that can be used.
    """
    # The client library has no types, and takes a second to load: it is used in this function only.
    from kubernetes.client import Configuration
    from kubernetes.config import (
        ConfigException,
        new_client_from_config,  # pyright: ignore[reportUnknownVariableType] - untyped
    )

    settings: Any = Configuration()
    settings.retries = False
    settings.connection_pool_maxsize = connections
    try:
        return new_client_from_config(str(kubeconfig) if kubeconfig else None, client_configuration=settings)
    # The library has an exception of its own for some broken files, and stumbles over others.
    except (ConfigException, YAMLError, OSError, AttributeError, LookupError, TypeError, ValueError) as error:
        why = error if isinstance(error, (ConfigException, YAMLError, OSError)) else "it is no kubeconfig"
        raise BadInput(
            f"no cluster to look at: {kubeconfig or 'the kubeconfig'} can't be used ({why}); name another with "
            f"--kubeconfig or KUBECONFIG{remedy}"
        ) from None


def cause(error: Exception, seconds: float) -> str:
    """Why a request, which was given so many seconds, got no answer: in a few words."""
    refused = isinstance(error, urllib3.exceptions.NewConnectionError)  # which the library takes for a timeout too
    if isinstance(error, urllib3.exceptions.TimeoutError) and not refused:
        return f"does not answer within {seconds:g} s"
    # The library wraps the cause: the last part of the message is what happened.
    return f"can't be reached ({str(error).rpartition(': ')[2]})"
