"""Each invariant is watched: with its guard taken out of a copy of the code, the campaign fails."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SEEDS = 60
PLAY = f"""
import sys, tempfile
from pathlib import Path
import pulumi_dli
assert Path(pulumi_dli.__file__).is_relative_to(sys.argv[1]), pulumi_dli.__file__
from faults.campaign import play
from faults.losses import Violation
first = int(sys.argv[2])
for seed in range(first, first + {SEEDS}):
    with tempfile.TemporaryDirectory() as folder:
        try:
            play(seed, Path(folder) / "dli")
        except Violation as violation:
            print(violation)
            break
"""


@dataclass(frozen=True)
class Guard:
    """A piece of code without which an invariant falls, and what the campaign then says.

    `seed` is where the search begins: the first that noticed when this was written.
    """

    file: str
    code: str
    without: str
    says: str
    seed: int = 0


GUARDS = {
    "one job for one resource": Guard(
        "client/ownership.py",
        "        marked = next(filter(None, map(self._marked, marks)), [])\n",
        "        marked: list[JobDetail] = []\n",
        "became 0 unsaid",
        seed=5,
    ),
    "no foreign job is touched": Guard(
        "client/ownership.py",
        "            raise JobForeign(foreign(named, theirs))\n",
        "            return named, Owner.OURS\n",
        "carries the mark",
        seed=98,
    ),
    "a job that became another resource's is not touched": Guard(
        "job/bars.py",
        '    return "" if back or mark in {"", *desired.marks, *state.marks} else mark\n',
        '    return ""\n',
        "a job of another resource was changed",
        seed=54,
    ),
    "the definition is the program's": Guard(
        "lifecycle/reconcile.py",
        "        if todo.body:\n",
        "        if todo.body and todo.stop:\n",
        "the program says",
        seed=2,
    ),
    "the tags are the program's": Guard(
        "lifecycle/refresh.py",
        "observed(context.tags.seen(job), state, ",
        "observed(job, state, ",
        "tags are",
        seed=14,
    ),
    "a running stateful job is stopped with a savepoint": Guard(
        "job/plan.py",
        "savepoint = stop and desired.stateful and job.has_run",
        "savepoint = False",
        "stopped empty, unsaid",
        seed=9,
    ),
    "nothing is left after destroy": Guard(
        "lifecycle/delete.py",
        "        context.jobs.delete(job_id)\n",
        "        return\n",
        "left after destroy",
        seed=0,
    ),
    "an interrupted start is gone on with": Guard(
        "lifecycle/reconcile.py",
        "        if todo.start is not None:\n",
        "        if todo.start is not None and todo.stop:\n",
        "announced",
        seed=0,
    ),
    "a moved job takes its state along": Guard(
        "lifecycle/replace.py",
        "_arrived(new, there, desired, todo.begins(path), deadline)\n",
        '_arrived(new, there, desired, "", deadline)\n',
        "announced",
        seed=102,
    ),
    "a moved job leaves nothing behind": Guard(
        "lifecycle/replace.py",
        "                _delete(old, leaving.job, state, deadline)\n",
        "                pass\n",
        "jobs for one resource",
        seed=7,
    ),
    "the old job stays in the state until the new one stands": Guard(
        "lifecycle/replace.py",
        "        raise Halfway(state.job.job_id, _still(state, leaving), error) from error\n",
        "        raise\n",
        "does not heal",
        seed=-3,
    ),
    "a preview sees a refusal": Guard(
        "preview/foresight.py",
        "self._refused(desired, before, self.memory.refreshed(urn, desired))",
        '""',
        "preview: ''",
        seed=8,
    ),
    "a preview sees a job that is forgotten": Guard(
        "preview/preflight.py",
        "            found.job = self.snapshot.details(job.job_id)\n",
        "            found.job = None\n",
        "announced",
        seed=0,
    ),
    "a replacement is done in the create": Guard(
        "session.py",
        "        elif anew is not None and not (\n",
        "        elif anew is not None and not urn and not (\n",
        "announced",
        seed=48,
    ),
}


@pytest.mark.parametrize("name", GUARDS)
def test_the_campaign_fails_without(name: str, tmp_path: Path) -> None:
    guard = GUARDS[name]
    shutil.copytree(ROOT / "provider", tmp_path / "provider")
    file = tmp_path / "provider" / "pulumi_dli" / guard.file
    text = file.read_text(encoding="utf-8")
    assert text.count(guard.code) == 1, "the guard moved: point this test at it again"
    file.write_text(text.replace(guard.code, guard.without), encoding="utf-8")
    path = os.pathsep.join((str(tmp_path / "provider"), str(ROOT / "tests")))
    done = subprocess.run(
        [sys.executable, "-c", PLAY, str(tmp_path), str(guard.seed)],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert guard.says in done.stdout, done.stdout or "no schedule noticed"
