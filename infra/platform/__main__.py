"""The platform program: load the configuration and what it names, build."""

from pathlib import Path

import pulumi

from infra.platform.bolt import Bolt, BoltArgs, Declared
from infra.platform.config import NAMESPACE, PlatformConfig
from infra.platform.crds import definitions
from infra.platform.foundation import chosen
from infra.platform.stack import build
from infra.shared import configuration

config = configuration.load(PlatformConfig, NAMESPACE)
declared = Declared()
foundation = chosen.build(config)
build(config, foundation, definitions.read(Path(config.crds.folder), config.tools))
Bolt(
    "bolt",
    BoltArgs(declared=declared, protect=config.protect),
    opts=pulumi.ResourceOptions(provider=foundation.provider),
)
