"""The local DLI's folder, shared by processes that may be killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

from pulumi_dli.local.store import FILE, Store

if TYPE_CHECKING:
    from pathlib import Path

CREATE_MANY = """
import sys
from pathlib import Path
from pulumi_dli.local import jobs
from pulumi_dli.local.simulation import Simulation
from pulumi_dli.local.model import Moment
from pulumi_dli.local.store import Store
store = Store(Path(sys.argv[1]))
for number in range(int(sys.argv[3])):
    with store.write() as db:
        body = {"name": f"{sys.argv[2]}-{number}"}
        jobs.create(Moment(db, 1.0, Simulation(), store.folder), "p", "u", body)
    print(number, flush=True)
"""


def names(store: Store) -> list[str]:
    with store.read() as db:
        return [row["name"] for row in db.execute("SELECT name FROM jobs ORDER BY id")]


def test_processes_share_a_folder_that_none_of_them_made_before(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "dli"
    command = [sys.executable, "-c", CREATE_MANY, str(folder)]
    processes = [
        subprocess.Popen([*command, name, "40"], stdout=subprocess.DEVNULL) for name in "abc"
    ]
    assert [process.wait(60) for process in processes] == [0, 0, 0]
    store = Store(folder)
    found = names(store)
    store.close()
    assert sorted(found) == sorted(f"{name}-{number}" for name in "abc" for number in range(40))
    assert sorted(path.name for path in folder.iterdir()) == [".gitignore", FILE]


def test_what_was_answered_survives_a_kill(tmp_path: Path) -> None:
    command = [sys.executable, "-c", CREATE_MANY, str(tmp_path), "a", "100000"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        for line in process.stdout:
            if int(line) >= 20:
                break
        os.kill(process.pid, signal.SIGKILL)
    store = Store(tmp_path)
    assert len(names(store)) >= 21
    store.close()
