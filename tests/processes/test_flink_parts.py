"""The processes and the choice around a local Flink, without Java."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from pulumi_dli.local.flink import choice, versions
from pulumi_dli.local.flink.processes import detach


def test_a_detached_process_is_nobodys_child(tmp_path: Path) -> None:
    output = tmp_path / "out"
    code = "import os, time; print(os.getsid(0), os.getpgid(0), os.getcwd(), flush=True)"
    code += "; time.sleep(60)"
    process = detach([sys.executable, "-c", code], output=output, directory=tmp_path)
    try:
        while not output.read_text().endswith("\n"):
            assert process.alive
        session, group, where = output.read_text().split()
        assert os.getsid(0) != int(session)
        assert os.getpgid(0) != int(group)
        assert Path(where) == tmp_path
    finally:
        process.end(signal.SIGKILL)
    while process.alive:
        pass


def test_a_folder_is_simulated_until_it_is_switched_on(tmp_path: Path) -> None:
    assert versions.of_folder(tmp_path) is None
    assert choice.describe(tmp_path).startswith("simulated: ")
    choice.switch_off(tmp_path)
    (tmp_path / "flink").mkdir()
    versions.chosen(tmp_path).write_text("9.9.9\n")
    assert versions.of_folder(tmp_path) == "9.9.9"
    assert choice.describe(tmp_path).startswith("Flink 9.9.9")
    assert choice.describe(tmp_path, "1.15").startswith("Flink 1.15.4")
    choice.switch_off(tmp_path)
    assert versions.of_folder(tmp_path) is None
