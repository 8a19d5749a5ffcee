"""What README.md and docs/quickstart.md promise of `make`, in a copy and somebody else's shell."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from dli import Dli, changes
from pulumi_dli.local.errors import FlinkError
from pulumi_dli.local.flink import java
from pulumi_dli.local.flink.versions import DEFAULT_VERSION

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.xdist_group("make")  # one clone for both, in their order
# Seconds, for a first run that installs. A guard against hanging, never a verdict.
PATIENCE = 600
OWNERS = {
    "OS_CLOUD": "owner",
    "OS_REGION_NAME": "eu-de",
    "OS_PASSWORD": "owner",
    "HW_ACCESS_KEY": "owner",
    "PULUMI_ACCESS_TOKEN": "owner",
    "PULUMI_BACKEND_URL": "https://owner.example",
    "PULUMI_CONFIG_PASSPHRASE_FILE": "/nowhere/passphrase",
    "PULUMI_HOME": "/nowhere/home",
    "PULUMI_STACK": "owner/owner/production",
    "PULUMI_OPTION_JSON": "true",
    "PULUMI_PREFER_YARN": "true",
    "VIRTUAL_ENV": "/nowhere/venv",
    "FLINK": "0",
}


@dataclass
class Clone:
    """A copy of what git knows of, and the shell in which `make` runs there."""

    directory: Path
    environment: dict[str, str]

    def make(self, target: str, *, stdin: str = "") -> str:
        """Run `make`, which has to succeed; all it shows."""
        done = subprocess.run(
            ["make", target],
            cwd=self.directory,
            env=self.environment,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clone]:
    """The repository's files, with nothing set up; the first test's first command does that."""
    tmp_path = tmp_path_factory.mktemp("make")
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    directory = tmp_path / "clone"
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():  # a deleted file is listed until that is committed
            (directory / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, directory / name)
    home = tmp_path / "home"
    home.mkdir()
    # The engine itself is built once for each user: a home without one would build it anew.
    cache = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    kept = {name: text for name, text in os.environ.items() if not name.startswith("PULUMI_")}
    yield Clone(directory, kept | OWNERS | {"HOME": str(home), "XDG_CACHE_HOME": cache})
    assert not (home / ".pulumi").exists()


@pytest.mark.timeout(3 * PATIENCE)  # a first run installs everything
def test_the_quickstart_goes_as_the_readme_tells(clone: Clone) -> None:
    shown = clone.make("preview")
    assert "+ 2 to create" in shown
    assert "creates and starts the job" in shown
    dli = Dli(clone.directory / ".dli-local")
    assert dli.jobs() == {}

    assert "+ 2 created" in clone.make("up")
    first = dli.job("test1")
    assert first["status"] == "job_running"

    with dli.watched() as sent:
        assert "2 unchanged" in clone.make("up")
    assert changes(sent) == []  # only what the refresh asks

    command = "pulumi refresh --yes --skip-preview; pulumi config set parallelNumber 2\n"
    assert "2 unchanged" in clone.make("shell", stdin=command)
    with dli.watched() as sent:
        shown = clone.make("preview")
    assert "~ parallel_number  : 1 => 2" in shown
    assert shown.count("restarts the job from a savepoint (downtime); parallel_number 1 → 2") == 1
    assert "job_id" not in shown  # known, and the same
    assert changes(sent) == []

    with dli.watched() as sent:
        clone.make("up")
    assert f"PUT flink-jobs/{first['id']}" in changes(sent)
    [put] = [entry for entry in sent if entry.method == "PUT"]
    assert put.path == f"/v1.0/{first['project_id']}/streaming/flink-jobs/{first['id']}"
    assert json.loads(put.body)["parallel_number"] == 2
    second = dli.job("test1")
    assert second["id"] == first["id"]
    assert second["counter"] > first["counter"]
    assert second["definition"]["parallel_number"] == 2
    assert second["update_time"] > first["update_time"]
    command = "pulumi stack output --json; pulumi-dli local requests; pulumi-dli local status\n"
    shown = clone.make("shell", stdin=command)
    outputs = json.JSONDecoder().raw_decode(shown[shown.index("{") :])[0]
    assert outputs == {
        "job_id": first["id"],
        "status": "job_running",
        "update_time": second["update_time"],
    }
    assert f"PUT    /v1.0/{first['project_id']}/streaming/flink-jobs/{first['id']}" in shown

    clone.make("down")
    assert dli.jobs() == {}
    dli.close()


@pytest.mark.timeout(5 * PATIENCE)
def test_the_quickstart_takes_flink_where_a_jdk_is_whatever_ran_it_before(clone: Clone) -> None:
    try:
        if java.find().javac is None:
            pytest.skip("this Java has no compiler")
    except FlinkError as error:
        pytest.skip(str(error))
    for flink, words in (
        ("1", f"on Flink {DEFAULT_VERSION}: "),
        ("0", "simulated: no Flink runs this job"),
    ):
        clone.environment["FLINK"] = flink
        assert words in clone.make("up")
        clone.make("down")
