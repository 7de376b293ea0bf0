"""The serving program: load the configuration, build."""

from infra.serving import published, under_way
from infra.serving.config import NAMESPACE, ServingConfig
from infra.serving.stack import build
from infra.shared import configuration

build(configuration.load(ServingConfig, NAMESPACE), published.look, under_way.look)
