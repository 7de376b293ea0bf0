"""The pack as Pulumi starts it. Nothing imports this: `PolicyPack` serves until it is stopped."""

from pulumi_policy import EnforcementLevel, PolicyPack

from policies.rules import RULES

PolicyPack("slipway", RULES, EnforcementLevel.MANDATORY)
