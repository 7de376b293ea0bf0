"""A provider finds out at once whether its cluster answers."""

import threading
from unittest.mock import Mock

import yaml

from sandbox.plugins.kubernetes.configure import configured
from sandbox.plugins.kubernetes.creations import Creations
from sandbox.plugins.kubernetes.log import Log

NOWHERE = yaml.safe_dump(
    {
        "clusters": [{"name": "c", "cluster": {"server": "https://127.0.0.1:1"}}],
        "contexts": [{"name": "x", "context": {"cluster": "c"}}],
        "current-context": "x",
    }
)


def test_a_cluster_that_does_not_answer_is_told_once(creations: Creations) -> None:
    log = Mock(spec=Log)
    session = configured({"kubeconfig": NOWHERE}, log, creations, threading.Event())
    (said,) = log.warn.call_args.args
    assert said.startswith("configured Kubernetes cluster is unreachable: ")
    assert "127.0.0.1" in said
    assert session.unreachable in said
