"""`pulumi-dli export`: thirty jobs of all makes come under a stack as they are."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pages
from dli import Dli, changes
from engine_project import PATIENCE
from job_stack import JobStack

SECRET = "planted-secret"
ODD = "\"quotes\" 'single' \\ back\nnew line\ttab Ümläut 数据 {braces} $HOME `id`"
"""What a shell, Python and Markdown would each like to read in their own way."""
SPECS = {"cpu": 1, "memory": "4 GB"}
V2 = {
    "resource_config_version": "v2",
    "flink_version": "1.15",
    "resource_config": {
        "max_slot": 2,
        "parallel_number": 4,
        "jobmanager_resource_spec": SPECS,
        "taskmanager_resource_spec": {"cpu": 2, "memory": "8G"},
    },
}
MAKES: dict[str, dict[str, Any]] = {
    "least": {},
    "bucket": {"obs_bucket": "state"},
    "sizes": {"cu_number": 9, "parallel_number": 8, "manager_cu_number": 1, "tm_cus": 2},
    "slots": {"cu_number": 5, "parallel_number": 4, "tm_slot_num": 3},
    "checkpoints": {
        "obs_bucket": "state",
        "flink_version": "1.15",
        "checkpoint_enabled": True,
        "checkpoint_mode": 2,
        "checkpoint_interval": 77,
    },
    "path": {"obs_bucket": "state", "checkpoint_path": "state/own/folder/"},
    "logs": {"obs_bucket": "state", "log_enabled": True, "smn_topic": "alerts"},
    "restarts": {"restart_when_exception": True, "resume_checkpoint": True, "resume_max_num": 3},
    "words": {"desc": ODD},
    "quoted": {"desc": 'it\'s "so"', "main_class": "com.example.Main"},
    "arguments": {"entrypoint_args": f"--password {SECRET} --to 'x  y'\n--more \"z\"\\"},
    "ends": {"entrypoint_args": f"{ODD}\nSECRET\n{SECRET}\n"},
    "settings": {"runtime_config": {"a.b": "1", "its.key": f"{SECRET} = \"x\" 'y'\n"}},
    "jars": {
        "dependency_jars": ["obs://jars/a.jar", "obs://jars/b.jar"],
        "dependency_files": ["obs://jars/c.json"],
    },
    "many_jars": {"dependency_jars": [f"obs://jars/library-number-{n}.jar" for n in range(9)]},
    "v2": V2,
    "v2_bucket": V2 | {"obs_bucket": "state", "runtime_config": {"x": "y"}},
    "image": {"feature": "custom", "image": "team/flink:1", "flink_version": "1.15"},
    "new": {"flink_version": "1.17", "queue_name": "testQueue"},
    "Upper-Case_9": {},
    "x" * 57: {},
    "-class": {"entrypoint_args": f"--password={SECRET}"},  # a word of Python, or an option
}
STATES = ("draft", "stopped", "saved", "crashed", "finished", "tagged", "foreign", "alien_tags")


def test_thirty_jobs_come_under_a_stack_as_they_are(stack: JobStack) -> None:
    dli = stack.dli
    ids = {name: _made(dli, name, fields) for name, fields in MAKES.items()}
    stateful = {"obs_bucket": "state", "entrypoint_args": f"--password {SECRET}"}
    ids |= {name: _made(dli, name, stateful) for name in STATES}
    assert len(ids) == 30
    dli.arm("crash", seconds=0, text=f"a {SECRET} \n in its words")
    for name in ("crashed", *(each for each in ids if each not in ("crashed", "draft"))):
        assert dli.run(ids[name]).json()[0]["is_success"] == "true", name
    dli.stop(ids["stopped"])
    dli.stop(ids["saved"], savepoint=True)
    with dli.store.write() as db:
        ends = "UPDATE jobs SET status = 'job_finish', cus = 0, next_at = NULL WHERE id = ?"
        db.execute(ends, (ids["finished"],))
        tag = "INSERT INTO tags (job_id, key, value) VALUES (?, '_sys_made', 'by, somebody')"
        db.execute(tag, (ids["alien_tags"],))
    _tag(dli, ids["tagged"], team="data", **{"cost:centre": "4 2"})
    _tag(dli, ids["foreign"], **{"pulumi-owner": "0123456789abcdef" * 2})
    statuses = {name: dli.status(job_id) for name, job_id in ids.items()}
    assert len({*statuses.values()}) == 5

    exports, rest = pages.scripts("migrating.md")["Many jobs at once"].split("\n", 1)
    folder = stack.project.directory
    (folder / "__main__.py").unlink()
    told = _run(stack, exports)
    program, secrets = (folder / name for name in ("__main__.py", "__main__.secrets.sh"))
    assert told.startswith("__main__.py: 29 jobs, and 1 commented out with the reason\n")
    assert stat.S_IMODE(secrets.stat().st_mode) == 0o600
    with dli.watched() as sent:
        told += _run(stack, rest)
    assert "+ 30 created" in told  # the stack, and all but the one that another has
    assert not secrets.exists()
    assert SECRET not in program.read_text(encoding="utf-8") + told
    assert {each.partition("/tags/")[2] for each in changes(sent)} == {"create"}
    assert {name: dli.status(job_id) for name, job_id in ids.items()} == statuses
    stack.nothing_changes()
    state = stack.state_text()
    assert SECRET not in state
    assert state.count('"protect":true') == 29


def _made(dli: Dli, name: str, fields: dict[str, Any]) -> int:
    usual = {"queue_name": "testQueue", "entrypoint": "obs://jars/etl.jar", "obs_bucket": ""}
    if settings := fields.get("runtime_config"):
        rows = [{"key": key, "value": text} for key, text in settings.items()]
        fields = fields | {"runtime_config": json.dumps(rows)}
    return dli.create(name, **(usual | fields))


def _tag(dli: Dli, job_id: int, **tags: str) -> None:
    rows = [{"key": key, "value": text} for key, text in tags.items()]
    dli.good("POST", f"/v3/{{project_id}}/dli_flink_job/{job_id}/tags/create", {"tags": rows})


def _run(stack: JobStack, script: str) -> str:
    """Run commands in a shell, as somebody who says yes to each; all that they show."""
    path = f"{Path(sys.prefix) / 'bin'}{os.pathsep}{stack.project.environment['PATH']}"
    done = subprocess.run(
        ["bash", "-ec", script],
        cwd=stack.project.directory,
        env=stack.project.environment | {"PATH": path, "PULUMI_SKIP_CONFIRMATIONS": "true"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr
