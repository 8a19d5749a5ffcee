"""What the pages tell a newcomer to do is done as it stands there, from an empty folder on."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pages
import pytest
import yaml
from dli import Dli, served
from engine_project import make_project
from job_stack import DYNAMIC, job
from vault import KEEPER

ROOT = Path(__file__).resolve().parents[2]
PAGE = "getting-started.md"
# Seconds, for a first installation. A guard against hanging, never a verdict.
PATIENCE = 600
PASSWORD = "planted-password"  # what a person types
PROJECT = "0123456789abcdef0123456789abcdef"
LOGIN = "pulumi login --local"
"""The one line that is not run as it stands: whatever HOME says, it writes to the user's own."""
COMMIT = "git -c user.name=a -c user.email=a@example.com commit -qm all"
IN_THE_CLOUDS_PLACE = """\
pulumi config set dli:endpoint {0}
pulumi config set dli:authUrl {0}
pulumi config set queue pooled
"""
"""What differs where a local DLI is served in place of a cloud: where it is, and its queues."""

NOT_RUN = {
    "pulumi stack init --secrets-provider": "asks for the address of a key service",
    "pulumi-dli local serve": "serves until it is ended: the first test runs it",
    "pulumi-dli review preview.json": "the block of the page does",
    "pulumi import dli:index:FlinkJarJob NAME 138": "tests/native/test_import.py does",
    "terraform state show huaweicloud_dli_flinkjar_job.etl": "Terraform's own, read only",
    "terraform state rm huaweicloud_dli_flinkjar_job.etl": "Terraform's own",
    "terraform destroy": "the page says never",
    "pulumi state delete": "asks for a resource; the page says what it leaves",
}
"""Commands that the pages name and no test runs, and why."""


@dataclass
class Stranger:
    """Somebody with Python, the engine and an empty folder; nothing of this repository is found."""

    directory: Path
    environment: dict[str, str]

    @classmethod
    def of(cls, folder: Path) -> Stranger:
        made = make_project(folder, name="other", quick=False)
        elsewhere = [
            entry
            for entry in made.environment["PATH"].split(os.pathsep)
            if not entry.startswith(sys.prefix)
        ]
        environment = made.environment | {
            "PATH": os.pathsep.join(elsewhere),
            # Downloads are kept for each user: an empty home would get them anew.
            "XDG_CACHE_HOME": os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache"),
            "PULUMI_PYTHON_CMD": str(Path(sys.executable).resolve()),
            "PULUMI_SKIP_CONFIRMATIONS": "true",  # where a person says yes
            "PIP_NO_COMPILE": "false",  # pip reads it as the value, not as the option
            "GOGC": "400",
        }
        directory = folder / "empty"
        directory.mkdir()
        return cls(directory, environment)

    def does(self, script: str) -> str:
        """Run commands in one shell; all have to succeed. What they show."""
        done = subprocess.run(
            ["bash", "-ec", script],
            cwd=self.directory,
            env=self.environment,
            input=f"{PASSWORD}\n",
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr

    def writes_the_files(self) -> None:
        """Write the files that the page shows."""
        for block in pages.blocks(PAGE):
            if block.file:
                (self.directory / block.file).write_text(block.text, encoding="utf-8")


@pytest.mark.timeout(3 * PATIENCE)  # three shells
def test_from_an_empty_folder_to_a_job_in_the_cloud(tmp_path: Path, wheel: Path) -> None:
    stranger = Stranger.of(tmp_path)
    scripts = pages.scripts(PAGE)
    assert [section[:2] for section in scripts] == ["2.", "3.", "4.", "5."]
    install, local, cloud, change = scripts.values()
    stranger.writes_the_files()
    shutil.copy(wheel, stranger.directory)
    assert LOGIN in install
    backend = stranger.environment.pop("PULUMI_BACKEND_URL")
    told, _, _ = change.partition("pulumi up")
    shown = stranger.does(install.replace(LOGIN, f"pulumi login {backend}") + local + told)
    assert "creates and starts the job" in shown
    assert "restarts the job from a savepoint (downtime)" in shown
    assert "POST   /v1.0/" in shown  # of the requests
    assert "warning: " not in shown

    folder = tmp_path / "cloud"
    secret = tmp_path / "password"
    secret.write_text(f"{PASSWORD}\n")
    place = ("--region", "eu-de", "--project", f"eu-de_prod={PROJECT}")
    domain = ("--domain", "OTC-EU-DE-00000000001000000001")
    who = ("--user", "pipeline", "--password-file", str(secret))
    with served(folder, *place, *domain, *who) as endpoint:
        stands_in = IN_THE_CLOUDS_PLACE.format(endpoint)
        before, looks, after = cloud.partition("pulumi-dli doctor")
        shown = stranger.does(f"source .venv/bin/activate\n{before}{stands_in}{looks}{after}")
        assert f"{PROJECT} in eu-de" in shown  # doctor
        assert "creates and starts the job" in shown
        shown += stranger.does(f"source .venv/bin/activate\n{change}")
        assert "restarts the job from a savepoint (downtime)" in shown
    assert PASSWORD not in shown
    assert "warning: " not in shown
    dli = Dli(folder)
    [job] = dli.jobs().values()
    assert job["status"] == "job_running"
    assert job["definition"]["entrypoint"] == "obs://jars/first-1.1.0.jar"
    dli.close()


def test_an_example_in_a_repository_of_its_own(tmp_path: Path, wheel: Path) -> None:
    stranger = Stranger.of(tmp_path)
    example = ROOT / "examples/environments"
    stranger.directory.rmdir()
    left = shutil.ignore_patterns(".venv", ".dli-local", "*.whl")
    shutil.copytree(example, stranger.directory, ignore=left)
    shutil.copy(wheel, stranger.directory)
    readme = (example / "README.md").read_text(encoding="utf-8")
    [first, *_] = re.findall(r"```\n(.*?)```", readme, re.DOTALL)
    assert "creates and starts the job" in stranger.does(first)
    workflow = yaml.safe_load((example / ".github/workflows/flink-jobs.yml").read_text())
    preview, review = (step["run"] for step in workflow["jobs"]["preview"]["steps"][-3:-1])
    shown = stranger.does(preview.replace("${{ matrix.stack }}", "dev") + "\n" + review)
    assert "Nothing changes; 1 job as before." in shown


def test_the_native_plugin_on_a_fresh_checkout(tmp_path: Path, wheel: Path) -> None:
    stranger = Stranger.of(tmp_path)
    stranger.writes_the_files()
    shutil.copy(wheel, stranger.directory)
    settings, script, commands, program = (
        block for block in pages.blocks("native.md") if block.section == "Set up"
    )
    with (stranger.directory / "Pulumi.yaml").open("a", encoding="utf-8") as file:
        file.write(settings.text)
    (stranger.directory / script.file).parent.mkdir()
    (stranger.directory / script.file).write_text(script.text, encoding="utf-8")
    main = stranger.directory / "__main__.py"
    text = main.read_text(encoding="utf-8")
    main.write_text(text.replace("from pulumi_dli import FlinkJarJob\n", program.text))
    make_it_runnable, install = commands.text.splitlines()
    stranger.does(
        f"{make_it_runnable}; git init -q .; git add .; {COMMIT}; git clone -q . ../fresh"
    )
    stranger.directory = tmp_path / "fresh"
    local = pages.scripts(PAGE)["3. On your machine"].replace("pulumi up", "pulumi preview")
    shown = stranger.does(f"{install}\nsource .venv/bin/activate\n{local}")
    assert "dli:index:FlinkJarJob first" in shown
    assert "creates and starts the job" in shown


def test_from_version_control_with_uv(tmp_path: Path) -> None:
    repository = tmp_path / "repository"
    kept = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "provider", repository / "provider", ignore=kept)
    for name in ("pyproject.toml", "README.md"):
        shutil.copy(ROOT / name, repository)
    stranger = Stranger.of(tmp_path)
    make = f"git init -q . && git add . && {COMMIT} && git rev-parse HEAD"
    commit = stranger.does(f"cd {repository} && {make}").strip()
    [line, command] = (
        spoken
        for spoken in re.findall(r"`([^`\n]+)`", (pages.DOCS / PAGE).read_text(encoding="utf-8"))
        if spoken.endswith("git+URL@COMMIT") or spoken.startswith("uv ")
    )
    line = line.replace("URL", f"file://{repository}").replace("COMMIT", commit)
    (stranger.directory / "requirements.txt").write_text(f"{line}\n")
    stranger.environment["PATH"] += f"{os.pathsep}{Path(sys.prefix) / 'bin'}"  # where uv is
    shown = stranger.does(
        f"uv venv -q --python {sys.executable} .venv; source .venv/bin/activate; {command}; "
        "which pulumi-dli; pulumi-dli local status"
    )
    assert f"{stranger.directory}/.venv/bin/pulumi-dli" in shown
    assert "what uses it first makes it" in shown  # the extra is there


@pytest.mark.timeout(3 * PATIENCE)  # a dozen commands of the engine
def test_the_commands_of_the_other_pages(tmp_path: Path) -> None:
    project = make_project(tmp_path, DYNAMIC.head + job(), name="jobs")
    path = f"{Path(sys.prefix) / 'bin'}{os.pathsep}{project.environment['PATH']}"
    project.environment |= {"PATH": path, "PULUMI_SKIP_CONFIRMATIONS": "true"}
    project.must("stack", "init", "prod", "--secrets-provider", KEEPER)
    project.must("config", "set", "dli:endpoint", "local")
    project.must("config", "set", "dli:artifacts", "jars")
    dli = Dli(project.directory / ".dli-local")
    (project.directory / ".dli-local/obs/jars").mkdir(parents=True)
    stranger = Stranger(project.directory, project.environment)
    project.must("up", "--yes", "--skip-preview")  # a stack as a pipeline finds it
    project.write("__main__.py", DYNAMIC.head + job(desc="another"))  # what the pipeline is for
    code = project.run("preview", "--expect-no-changes").returncode
    page = (pages.DOCS / "pipelines.md").read_text(encoding="utf-8")
    assert f"| `pulumi preview --expect-no-changes` | {code} |" in page
    spoken = [*pages.spoken("pipelines.md"), *pages.spoken("migrating.md")]
    *commands, last = (each for each in dict.fromkeys(spoken) if each not in NOT_RUN)
    assert len(commands) > 10
    for command in commands:
        stranger.does(command)
    shown = (project.directory / "preview.txt").read_text(encoding="utf-8")
    assert "desc" in shown
    assert "changes live, without a restart; desc changes" in shown
    [review] = pages.scripts("pipelines.md").values()
    stranger.does(review)
    told = (project.directory / "review.md").read_text(encoding="utf-8")
    assert "Nothing changes; 1 job as before." in told
    assert last == "pulumi destroy"
    stranger.does(last)
    assert dli.jobs() == {}
    dli.close()


def test_what_is_not_run_is_named_in_the_pages() -> None:
    named = {each for page in ("pipelines.md", "migrating.md") for each in pages.spoken(page)}
    assert NOT_RUN.keys() <= named
