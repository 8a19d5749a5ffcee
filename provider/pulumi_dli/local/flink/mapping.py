"""A job's definition in Flink's words.

https://nightlies.apache.org/flink/flink-docs-release-1.20/docs/deployment/config/
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pulumi_dli.local.errors import FlinkError
from pulumi_dli.local.flink import files, versions
from pulumi_dli.local.flink.configuration import SLOTS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from pulumi_dli.local.model import Job

MODES = {1: "EXACTLY_ONCE", 2: "AT_LEAST_ONCE"}
ALWAYS = 2**31 - 1
"""Restarts that are never used up."""


def code(folder: Path, definition: Mapping[str, Any]) -> dict[str, Any]:
    """The files that a job is made of: `jar`, `jars` and `files`.

    Raises:
        FlinkError: a file is missing, or none is named.
    """
    if not definition["entrypoint"]:
        raise FlinkError("the job has no entrypoint: name the jar that it runs")
    return {
        "jar": str(files.find(folder, definition["entrypoint"])),
        "jars": [str(files.find(folder, name)) for name in definition["dependency_jars"] or ()],
        "files": [str(files.find(folder, name)) for name in definition["dependency_files"] or ()],
    }


def body(
    run: str, job: Job, version: str, *, checkpoints: Path, resume: Path | None, claim: bool
) -> Any:
    """What `/jars/:id/run` is sent, or told to Flink's client where that has no settings.

    Args:
        run: the job id that Flink is to use.
        job: the job.
        version: of Flink.
        checkpoints: the directory of its checkpoints.
        resume: the savepoint or checkpoint directory that it starts from.
        claim: whether that savepoint is Flink's from then on: removed once it is not needed.

    Raises:
        FlinkError: it needs more slots than there are.
    """
    definition = job.definition
    _demand_slots(definition)
    words = {
        "jobId": run,
        "parallelism": definition["parallel_number"],
        # DLI takes one string whose arguments are separated by spaces.
        "programArgsList": (definition["entrypoint_args"] or "").split(),
        "flinkConfiguration": _configuration(definition, version, checkpoints, claim=claim),
    }
    if definition["main_class"]:
        words["entryClass"] = definition["main_class"]
    if resume is not None:
        words["savepointPath"] = files.uri(resume)
    return words


def _configuration(
    definition: Mapping[str, Any], version: str, checkpoints: Path, *, claim: bool
) -> dict[str, str]:
    options = {
        "execution.checkpointing.dir": files.uri(checkpoints),
        "execution.state-recovery.claim-mode": "CLAIM" if claim else "NO_CLAIM",
    }
    if definition["checkpoint_enabled"]:
        options["execution.checkpointing.interval"] = f"{definition['checkpoint_interval']} s"
        options["execution.checkpointing.mode"] = MODES[definition["checkpoint_mode"]]
    options = versions.spelled(options | _restarts(definition), version)
    for item in json.loads(definition["runtime_config"] or "[]"):
        options[item["key"]] = item["value"]
    return options


def _restarts(definition: Mapping[str, Any]) -> dict[str, str]:
    """How often Flink brings a failed job back. `resume_max_num` counts those of an hour."""
    most = definition["resume_max_num"]
    if not definition["restart_when_exception"]:
        strategy, options = "none", {}
    elif most < 0:
        strategy, options = "fixed-delay", {"attempts": str(ALWAYS), "delay": "1 s"}
    else:
        strategy = "failure-rate"
        options = {
            "max-failures-per-interval": str(most),
            "failure-rate-interval": "1 h",
            "delay": "1 s",
        }
    named = {f"restart-strategy.{strategy}.{key}": value for key, value in options.items()}
    return named | {"restart-strategy.type": strategy}


def _demand_slots(definition: Mapping[str, Any]) -> None:
    """Chosen: given slots count only as far as the CUs reach, as the words of `tm_slot_num` say."""
    needed, given = definition["parallel_number"], definition["tm_slot_num"]
    offered, whose = SLOTS, "the local Flink has"
    if given and definition["resource_config_version"] != "v2":
        managers = max(1, definition["cu_number"] - definition["manager_cu_number"])
        most = given * (managers // definition["tm_cus"])
        if most < offered:
            offered, whose = most, "the job's CUs and tm_slot_num allow"
    if needed > offered:
        raise FlinkError(
            "NoResourceAvailableException: Could not acquire the minimum required resources: "
            f"parallel_number {needed} needs {needed} slots, {whose} {offered}"
        )
