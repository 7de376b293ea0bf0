"""The serving program: load the configuration, build."""

from infra.serving import published, signed, under_way
from infra.serving.config import NAMESPACE, ServingConfig
from infra.serving.stack import build
from infra.shared import configuration

build(configuration.load(ServingConfig, NAMESPACE), published.look, signed.look, under_way.look)
