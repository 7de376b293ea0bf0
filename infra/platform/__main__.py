"""The platform program: load the configuration and what it names, build."""

from pathlib import Path

from infra import cluster, configuration
from infra.platform import manifests
from infra.platform.config import NAMESPACE, PlatformConfig
from infra.platform.stack import build

config = configuration.load(PlatformConfig, NAMESPACE)
build(
    config,
    kubeconfig=cluster.read(Path(config.foundation.kubeconfig), key=f"{NAMESPACE}:foundation.kubeconfig"),
    definitions=manifests.read(Path(config.manifests.folder)),
)
