"""What a team demands of Flink jobs in production. Change it as yours needs it."""

from collections.abc import Callable, Iterator
from typing import Any

from pulumi_policy import (
    PolicyConfigSchema,
    ReportViolation,
    ResourceValidationArgs,
    ResourceValidationPolicy,
)

JOB = "pulumi-python:dynamic/dli:FlinkJarJob"
PRODUCTION = ["prod", "production"]
"""The stacks that the rules are for."""
MOST_CUS = 64
"""CUs of one job."""
TAGS = ["team", "cost-center"]
DEFAULT_CUS = 2
"""CUs of a job that names none."""

Check = Callable[[ResourceValidationArgs], Iterator[str]]


def keeps_state(args: ResourceValidationArgs) -> Iterator[str]:
    """A restart, a change and a destroy go through a savepoint."""
    if not args.props.get("obs_bucket"):
        yield "has no obs_bucket, so it restarts without its state; name a bucket"
    if args.props.get("upgrade_mode") == "stateless":
        yield "restarts without its state; take upgrade_mode out"
    if args.props.get("on_delete") == "stop":
        yield "is stopped without a savepoint before it is deleted; take on_delete out"


def checkpoints(args: ResourceValidationArgs) -> Iterator[str]:
    """After a crash it goes on where it was."""
    if not args.props.get("checkpoint_enabled"):
        yield "takes no checkpoints; set checkpoint_enabled=True"
    elif not args.props.get("resume_checkpoint"):
        yield "does not go on from its checkpoints; set resume_checkpoint=True"


def has_alert(args: ResourceValidationArgs) -> Iterator[str]:
    """Somebody hears of its failures."""
    if not args.props.get("smn_topic"):
        yield "tells nobody when it fails; name an smn_topic"


def is_bounded(args: ResourceValidationArgs) -> Iterator[str]:
    """No typing error takes the whole queue."""
    most = args.get_config().get("most", MOST_CUS)
    if args.props.get("resource_config_version") == "v2":
        yield "has sizes of v2, which this rule does not count; use cu_number"
    elif (cus := args.props.get("cu_number", DEFAULT_CUS)) > most:
        yield f"takes {cus:.0f} CUs, and {most:.0f} are allowed"


def is_tagged(args: ResourceValidationArgs) -> Iterator[str]:
    """The bill says whose it is."""
    tags = args.props.get("tags") or {}
    for key in args.get_config().get("keys", TAGS):
        if key not in tags:
            yield f"has no tag {key}; set it, or dli:defaultTags"


def _rule(check: Check, **settings: dict[str, Any]) -> ResourceValidationPolicy:
    """A policy of a check; each can be told the stacks that it is for."""

    def validate(args: ResourceValidationArgs, report: ReportViolation) -> None:
        stack = args.urn.split(":")[2]
        if args.resource_type == JOB and stack in args.get_config().get("stacks", PRODUCTION):
            for found in check(args):
                report(f"{args.name} {found}", None)

    names = {"stacks": {"type": "array", "items": {"type": "string"}, "default": PRODUCTION}}
    return ResourceValidationPolicy(
        name=check.__name__.replace("_", "-"),
        description=str(check.__doc__),
        validate=validate,
        config_schema=PolicyConfigSchema(properties=names | settings),
    )


RULES = [
    _rule(keeps_state),
    _rule(checkpoints),
    _rule(has_alert),
    _rule(is_bounded, most={"type": "number", "default": MOST_CUS}),
    _rule(is_tagged, keys={"type": "array", "items": {"type": "string"}, "default": TAGS}),
]
