"""A new definition that fails and is gone back from, as the real engine stores and shows it."""

from __future__ import annotations

import json
import re
from typing import Any

from dli import changes
from jars import a_class, a_jar
from job_stack import TYPE, JobStack, job

SECRETS = {
    "entrypoint_args": "'--key ARGUMENTSECRET'",
    "runtime_config": "{'fs.s3a.secret.key': 'RUNTIMESECRET'}",
    "desc": "pulumi.Output.secret('DESCSECRET')",
}
"""Arguments of the first version only, as code."""
PLANTED = ("ARGUMENTSECRET", "RUNTIMESECRET", "DESCSECRET")


def version(stack: JobStack, release: int, code: dict[str, str], **arguments: Any) -> None:
    """Build a version of the jar, and write the program that runs it."""
    file = stack.project.directory / "orders.jar"
    file.write_bytes(a_jar({"com/example/Orders.class": a_class(release=release)}))
    jar = {"entrypoint": 'pulumi.FileAsset("orders.jar")'}
    stack.program(job(entrypoint=None, code=jar | code, rollback="previous", **arguments))


def in_clear(text: str) -> list[str]:
    return [secret for secret in PLANTED if secret in text]


def known(stack: JobStack) -> dict[str, dict[str, Any]]:
    """The job's inputs and outputs in the state, decrypted."""
    exported = json.loads(stack.project.must("stack", "export", "--show-secrets"))
    [found] = [item for item in exported["deployment"]["resources"] if item["type"] == TYPE]
    return {part: _decrypted(found[part]) for part in ("inputs", "outputs")}


def _decrypted(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    if "plaintext" in value:
        return json.loads(value["plaintext"])
    return {name: _decrypted(item) for name, item in value.items()}


def test_what_was_gone_back_from_leaves_the_old_state_and_no_secret_in_clear(
    stack: JobStack,
) -> None:
    version(stack, 7, SECRETS)
    stack.up()
    before = known(stack)
    stack.dli.pass_time(1000)

    version(stack, 8, {}, desc="plain")
    stack.dli.arm("fail_start", text="no such class")
    done = stack.project.run("up", "--yes", "--skip-preview")
    assert done.returncode == 1
    told = re.sub(r"\s+", " ", done.stdout)
    assert (
        "error: 1 error occurred: * the new definition failed: job etl (1) did not start: submit "
        "fail (job_submit_fail): no such class; job etl (1) runs again as before, from a copy of "
        "its savepoint"
    ) in told
    assert in_clear(done.stdout + done.stderr) == []
    assert stack.dli.job("etl")["counter"] > 1000

    assert in_clear(stack.state_text()) == []
    after = known(stack)
    moved = {"start_time", "update_time", "started"}
    assert after["outputs"].pop("rejected")
    assert after["outputs"].pop("rolled_back")
    for part in (before["outputs"], after["outputs"]):
        assert all(part.pop(name) for name in moved)
    assert after == before

    shown = stack.shows("preview", "--diff", "--refresh")
    assert re.search(r"failed on \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC, is tried again", shown)
    assert in_clear(shown) == []

    version(stack, 7, SECRETS)
    assert "nothing is sent: the job runs as the program has it again" in stack.shows("preview")
    with stack.dli.watched() as sent:
        stack.up()
    assert changes(sent) == []
    stack.nothing_changes()
    assert in_clear(stack.state_text()) == []
