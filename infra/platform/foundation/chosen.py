"""The foundation that a stack has chosen."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import pulumi

from infra.platform.config import NAMESPACE, PlatformConfig
from infra.platform.foundation.aws import aws, preflight
from infra.platform.foundation.aws.config import Aws
from infra.platform.foundation.foundation import Foundation
from infra.platform.foundation.local import kubeconfig, local

Ask: TypeAlias = Callable[[Aws], None]
"""`ask_aws`, or what stands for it where there is no AWS."""


def ask_aws(config: Aws) -> None:
    """Have AWS asked whether the stack can be made there, and tell what could not be asked.

    Raises:
        pulumi.RunError: it can't.
    """
    for line in preflight.check(config, preflight.clients(config.region)):
        pulumi.log.warn(line)


def build(config: PlatformConfig, ask: Ask = ask_aws) -> Foundation:
    """Declare it, or tell what there is of it.

    Args:
        config: the stack's configuration.
        ask: asks AWS before an update changes anything; a preview tells without.

    Raises:
        pulumi.RunError: what it names on this machine isn't there, or AWS can't make it.
    """
    if config.foundation.aws:
        if not pulumi.runtime.is_dry_run():
            ask(config.foundation.aws)
        return aws.build(config.foundation.aws, protect=config.protect)
    found = config.foundation.local
    assert found, "the configuration has exactly one of both"  # noqa: S101 - for the type checker
    admin = kubeconfig.read(Path(found.kubeconfig), key=f"{NAMESPACE}:foundation.local.kubeconfig")
    return local.build(found, admin, protect=config.protect)
