"""The platform program: load the configuration and what it names, build."""

from pathlib import Path

from infra.platform.config import NAMESPACE, PlatformConfig
from infra.platform.crds import definitions
from infra.platform.foundation.local import kubeconfig, local
from infra.platform.stack import build
from infra.shared import configuration

config = configuration.load(PlatformConfig, NAMESPACE)
found = config.foundation.local
admin = kubeconfig.read(Path(found.kubeconfig), key=f"{NAMESPACE}:foundation.local.kubeconfig")
crds = definitions.read(Path(config.crds.folder), config.tools)
build(config, local.build(found, admin, protect=config.protect), crds)
