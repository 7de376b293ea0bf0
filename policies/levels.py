"""How strictly each rule is held to, by environment: one table, which only says where a rule is not mandatory."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from pulumi_policy import EnforcementLevel, Policy

from policies.rules.aws.forbid_force_destroy import forbid_force_destroy
from policies.rules.aws.require_bucket_tls import require_bucket_tls
from policies.rules.aws.require_protection import require_protection
from policies.rules.kubernetes.require_canary_analysis import require_canary_analysis

_ADVISORY: Final = EnforcementLevel.ADVISORY
_DISABLED: Final = EnforcementLevel.DISABLED


@dataclass(frozen=True, kw_only=True)
class Levels:
    """A rule's level in each environment.

    Attributes:
        local: on the sandbox.
        staging: where releases are proven.
        prod: in production, and on every stack that is called otherwise.
    """

    local: EnforcementLevel = EnforcementLevel.MANDATORY
    staging: EnforcementLevel = EnforcementLevel.MANDATORY
    prod: EnforcementLevel = EnforcementLevel.MANDATORY


LEVELS: Final[Mapping[Policy, Levels]] = {
    # The sandbox goes with all that it holds, and staging may.
    forbid_force_destroy: Levels(local=_DISABLED, staging=_ADVISORY),
    require_protection: Levels(local=_DISABLED, staging=_ADVISORY),
    # The sandbox's store speaks plain HTTP, and such a policy would refuse every request.
    require_bucket_tls: Levels(local=_DISABLED),
    # Where nothing watches, nothing can judge, and the sandbox may do without.
    require_canary_analysis: Levels(local=_ADVISORY),
}


def level(policy: Policy, stack: str) -> EnforcementLevel:
    """How strictly a stack is held to a rule.

    Args:
        policy: the rule.
        stack: the stack's name: its environment's, or that and more after a hyphen, like `prod-eu`.
    """
    levels = LEVELS.get(policy, Levels())
    match stack.partition("-")[0]:
        case "local":
            return levels.local
        case "staging":
            return levels.staging
        case _:
            return levels.prod
