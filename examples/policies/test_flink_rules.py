"""The pack's own tests: each rule can fail, and says what to do."""

from typing import Any

import pytest
from flink_rules import JOB, RULES
from pulumi_policy import (
    PolicyCustomTimeouts,
    PolicyResourceOptions,
    ResourceValidationArgs,
)

GOOD = {
    "name": "orders",
    "obs_bucket": "flink-state",
    "checkpoint_enabled": True,
    "resume_checkpoint": True,
    "smn_topic": "flink-alerts",
    "cu_number": 8.0,
    "tags": {"team": "shop", "cost-center": "42"},
}


def told(
    stack: str = "prod", kind: str = JOB, config: dict[str, Any] | None = None, **changed: Any
) -> list[str]:
    """What all rules report of a job that is good but for what changed; None leaves it out."""
    props = {name: value for name, value in {**GOOD, **changed}.items() if value is not None}
    urn = f"urn:pulumi:{stack}::shop::{kind}::orders"
    options = PolicyResourceOptions(
        protect=False,
        ignore_changes=[],
        delete_before_replace=None,
        aliases=[],
        additional_secret_outputs=[],
        custom_timeouts=PolicyCustomTimeouts(0, 0, 0),
    )
    found: list[str] = []
    for rule in RULES:
        args = ResourceValidationArgs(kind, props, urn, "orders", options, None, config)
        rule.validate(args, lambda text, _urn=None: found.append(text))
    return found


def test_a_good_job_passes() -> None:
    assert told() == []


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        (
            {"obs_bucket": None},
            "has no obs_bucket, so it restarts without its state; name a bucket",
        ),
        ({"upgrade_mode": "stateless"}, "restarts without its state; take upgrade_mode out"),
        (
            {"on_delete": "stop"},
            "is stopped without a savepoint before it is deleted; take on_delete out",
        ),
        ({"checkpoint_enabled": None}, "takes no checkpoints; set checkpoint_enabled=True"),
        (
            {"resume_checkpoint": False},
            "does not go on from its checkpoints; set resume_checkpoint=True",
        ),
        ({"smn_topic": None}, "tells nobody when it fails; name an smn_topic"),
        ({"cu_number": 65.0}, "takes 65 CUs, and 64 are allowed"),
        (
            {"resource_config_version": "v2"},
            "has sizes of v2, which this rule does not count; use cu_number",
        ),
        ({"tags": {"team": "shop"}}, "has no tag cost-center; set it, or dli:defaultTags"),
    ],
)
def test_what_is_missing_is_told(changed: dict[str, Any], sentence: str) -> None:
    assert told(**changed) == [f"orders {sentence}"]


def test_a_job_that_says_nothing_breaks_all_but_the_bound() -> None:
    nothing: dict[str, Any] = dict.fromkeys(GOOD)
    assert len(told(**nothing)) == 5


def test_other_stacks_and_resources_are_left_alone() -> None:
    assert told(stack="dev", smn_topic=None) == []
    assert told(kind="other:index:Thing", smn_topic=None) == []


def test_a_team_sets_its_own_bounds() -> None:
    config = {"stacks": ["staging"], "most": 4, "keys": ["owner"]}
    assert told(stack="prod", config=config) == []
    assert told(stack="staging", config=config) == [
        "orders takes 8 CUs, and 4 are allowed",
        "orders has no tag owner; set it, or dli:defaultTags",
    ]
