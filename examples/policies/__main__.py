"""The policy pack: it serves its rules to the engine until that ends."""

from flink_rules import RULES
from pulumi_policy import EnforcementLevel, PolicyPack

PolicyPack("flink-jobs", RULES, enforcement_level=EnforcementLevel.MANDATORY)
