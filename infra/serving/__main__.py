"""The serving program: load the configuration, build."""

from infra import configuration
from infra.serving import published
from infra.serving.config import NAMESPACE, ServingConfig
from infra.serving.stack import build

build(configuration.load(ServingConfig, NAMESPACE), published.look)
