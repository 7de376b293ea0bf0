"""Configure: from a provider's inputs to a session with its cluster."""

import json
import threading
from typing import Any

from sandbox.plugins.kubernetes.api import Api
from sandbox.plugins.kubernetes.creations import Creations
from sandbox.plugins.kubernetes.errors import ApiError, Unreachable
from sandbox.plugins.kubernetes.kubeconfig import Cluster, KubeconfigError, load
from sandbox.plugins.kubernetes.log import Log
from sandbox.plugins.kubernetes.session import Session
from sandbox.plugins.kubernetes.settings import settings_of
from sandbox.plugins.wire import Properties


def configured(inputs: Properties, log: Log, creations: Creations, cancelled: threading.Event) -> Session:
    """The session for these inputs. A cluster that does not answer is told once, and then refuses every operation."""
    settings = settings_of({key: _unpacked(value) for key, value in inputs.items()})
    try:
        cluster = load(settings.kubeconfig, settings.context, settings.cluster)
        api = _answering(cluster)
    except (KubeconfigError, Unreachable, OSError) as error:
        log.warn(f"configured Kubernetes cluster is unreachable: {error}")
        return Session(None, settings, creations, settings.namespace or "default", str(error), cancelled)
    return Session(api, settings, creations, settings.namespace or cluster.namespace or "default", "", cancelled)


def _answering(cluster: Cluster) -> Api:
    api = Api(cluster)
    try:
        api.request("GET", "/version")
    except ApiError as error:
        raise Unreachable(f"{cluster.server} answered: {error}") from error
    return api


def _unpacked(value: Any) -> Any:
    """What isn't a string comes as JSON from the SDKs; a kubeconfig stays text."""
    if isinstance(value, str) and value in ("true", "false"):
        return json.loads(value)
    return value
