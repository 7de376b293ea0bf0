"""The pack as Pulumi starts it. Nothing imports this: `PolicyPack` serves until it is stopped.

Language hosts start a pack when they know its stack, and say it in the environment. Without a stack, as in
`pulumi policy publish`, the rules have production's levels.
"""

import os

from pulumi_policy import EnforcementLevel, PolicyPack

from policies import levels, reading
from policies.rules import RULES

for policy in RULES:
    policy.enforcement_level = levels.level(policy, os.environ.get("PULUMI_STACK", ""))

reading.once()
PolicyPack("slipway", RULES, EnforcementLevel.MANDATORY)
