"""The foundation that a stack has chosen."""

from pathlib import Path

from infra.platform.config import NAMESPACE, PlatformConfig
from infra.platform.foundation.aws import aws
from infra.platform.foundation.foundation import Foundation
from infra.platform.foundation.local import kubeconfig, local


def build(config: PlatformConfig) -> Foundation:
    """Declare it, or tell what there is of it.

    Raises:
        pulumi.RunError: what it names on this machine isn't there.
    """
    if config.foundation.aws:
        return aws.build(config.foundation.aws, protect=config.protect)
    found = config.foundation.local
    assert found, "the configuration has exactly one of both"  # noqa: S101 - for the type checker
    admin = kubeconfig.read(Path(found.kubeconfig), key=f"{NAMESPACE}:foundation.local.kubeconfig")
    return local.build(found, admin, protect=config.protect)
