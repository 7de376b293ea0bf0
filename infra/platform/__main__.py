"""The platform program: load the configuration and what it names, build."""

from pathlib import Path

from infra.platform.bolt import Bolt
from infra.platform.config import NAMESPACE, PlatformConfig
from infra.platform.crds import definitions
from infra.platform.foundation import chosen
from infra.platform.stack import build
from infra.shared import configuration

config = configuration.load(PlatformConfig, NAMESPACE)
bolt = Bolt()
foundation = chosen.build(config)
build(config, foundation, definitions.read(Path(config.crds.folder), config.tools))
bolt.shut(foundation.provider, protect=config.protect)
