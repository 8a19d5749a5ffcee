"""Each example, in a copy of its own: what its README says is what happens."""

from __future__ import annotations

import json
import re
import runpy
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml
from dli import COMMAND, Dli, changes, served
from engine_project import PATIENCE, Project, make_project
from jars import ORDERS, a_class, a_jar

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
SECRETS = ("planted-password", "planted-sink-password", "planted-review-token")
CUS = {"staging": 3, "prod": 9}
PLACES = {"staging": "a" * 32, "prod": "b" * 32}


@dataclass
class Example(Project):
    """A copy of an example's folder, and its local DLI."""

    dli: Dli

    def script(self, line: str, **environment: str) -> str:
        """Run a line of a shell script, which has to succeed; all it shows."""
        done = subprocess.run(
            ["bash", "-ec", line],
            cwd=self.directory,
            env=self.environment | environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr

    def up(self) -> str:
        """Run `pulumi up`, without a preview."""
        return self.must("up", "--yes", "--skip-preview")

    def outputs(self, *arguments: str) -> dict[str, Any]:
        """The stack's outputs."""
        return dict(json.loads(self.must("stack", "output", "--json", *arguments)))


@pytest.fixture
def example(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Example]:
    """A copy of the example that a test names; what it would install is what runs the tests."""
    environment = make_project(tmp_path, name="other").environment
    directory = tmp_path / request.param
    shutil.copytree(
        EXAMPLES / request.param, directory, ignore=shutil.ignore_patterns(".dli-local", "*.jar")
    )
    (directory / ".venv").symlink_to(sys.prefix)
    dli = Dli(directory / ".dli-local")
    made = Example(directory, environment, dli)
    made.must("stack", "init", "dev")
    yield made
    dli.close()


@pytest.mark.parametrize("example", ["environments"], indirect=True)
@pytest.mark.timeout(3 * PATIENCE)  # three stacks live their lives
def test_one_program_in_three_environments(example: Example, tmp_path: Path) -> None:
    example.must("config", "set", "settleSeconds", "0.2")
    assert 'environment: "dev"' in example.must("preview", "--diff")
    example.up()
    example.must("preview", "--expect-no-changes")
    [job] = example.dli.jobs().values()
    assert example.outputs() == {"job_id": job["id"], "update_time": job["update_time"]}
    assert job["tags"]["environment"] == "dev"

    pipeline = yaml.safe_load((example.directory / ".gitlab-ci.yml").read_text(encoding="utf-8"))
    preview, [deploy] = "\n".join(pipeline["preview"]["script"]), pipeline[".up"]["script"]
    for stack, project_id in PLACES.items():
        folder = tmp_path / stack
        password = tmp_path / "password"
        password.write_text(f"{SECRETS[0]}\n")
        options = ("--region", "eu-de", "--project", f"eu-de_{stack}={project_id}")
        domain = ("--domain", "OTC-EU-DE-00000000001000000001")
        identity = (*domain, "--user", f"pipeline-{stack}", "--password-file", str(password))
        with served(folder, *options, *identity) as endpoint:
            dli = Dli(folder)
            _stand_in(example, stack, endpoint)
            _live(example, dli, stack, preview, deploy)
            if stack == "prod":
                _report(example, dli, stack)
            example.must("destroy", "--yes", "--skip-preview")
            assert dli.jobs() == {}
            dli.close()


def _stand_in(example: Example, stack: str, endpoint: str) -> None:
    """A stack as its README tells, with a service on this machine in the cloud's place."""
    example.must("stack", "init", stack)
    example.must("config", "rm", "agency")
    plain = {
        "dli:endpoint": endpoint,
        "dli:authUrl": endpoint,
        "queue": "testQueue",
        "settleSeconds": "0.2",
    }
    secret = dict(zip(("dli:password", "sinkPassword"), SECRETS[:2], strict=True))
    options = [f"--plaintext={key}={text}" for key, text in plain.items()]
    options += [f"--secret={key}={text}" for key, text in secret.items()]
    example.must("config", "set-all", *options)


@contextmanager
def merge_request() -> Iterator[tuple[list[tuple[str, str]], dict[str, str]]]:
    """A merge request on GitLab: the notes that come, with their token, and how a job is told."""
    posted: list[tuple[str, str]] = []

    class Notes(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            assert self.path == "/api/v4/projects/7/merge_requests/3/notes"
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            posted.append((self.headers["PRIVATE-TOKEN"], body.replace("\r\n", "\n")))
            self.send_response(201)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nobody reads it."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Notes) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}/api/v4"
        told = {"CI_API_V4_URL": url, "CI_PROJECT_ID": "7", "CI_MERGE_REQUEST_IID": "3"}
        yield posted, told | {"REVIEW_TOKEN": SECRETS[2]}
        server.shutdown()


def _live(example: Example, dli: Dli, stack: str, preview: str, deploy: str) -> None:
    shown = example.script(f"{COMMAND} doctor --stack {stack}")
    assert "for Flink jobs: default (64 CUs), testqueue (256 CUs), pooled (256 CUs)" in shown
    shown += example.script(deploy, STACK=stack)
    assert "creates and starts the job" in shown
    [first] = dli.jobs().values()
    assert first["project_id"] == PLACES[stack]
    assert first["tags"]["environment"] == stack
    assert first["definition"]["smn_topic"] == {"prod": "flink-alerts"}.get(stack)
    assert SECRETS[1] in first["definition"]["entrypoint_args"]

    example.must("config", "set", "parallelNumber", "1")
    with merge_request() as (posted, request):
        shown += example.script(preview, STACK=stack, **request)
    [(token, body)] = posted
    assert token == SECRETS[2]
    review = (example.directory / "review.md").read_text(encoding="utf-8")
    assert review in body
    words = {
        "staging": "RESTARTS THE JOB WITHOUT STATE (downtime)",
        "prod": "restarts the job from a savepoint (downtime)",
    }
    assert words[stack] in review
    assert f"| `testqueue` | {CUS[stack]} | {CUS[stack]} |" in review
    shown += example.script(deploy, STACK=stack)
    [second] = dli.jobs().values()
    assert second["id"] == first["id"]
    starts = [event for event in dli.history(second["id"]) if event["event"] == "running"]
    assert (starts[-1]["resumed"] is not None) == (stack == "prod")
    assert example.outputs() == {"job_id": first["id"], "update_time": second["update_time"]}
    stored = example.must("stack", "export")
    for secret in SECRETS:
        assert secret not in shown + stored
        assert secret not in (example.directory / f"Pulumi.{stack}.yaml").read_text()


def _report(example: Example, dli: Dli, stack: str) -> None:
    """The second project reads what the first one deployed."""
    report = Example(example.directory / "report", example.environment, dli)
    report.must("stack", "init", stack)
    report.up()
    [job] = dli.jobs().values()
    changed = datetime.fromtimestamp(job["update_time"] / 1000, UTC)
    assert report.outputs() == {
        "job_id": job["id"],
        "changed_at": changed.isoformat("T", "seconds"),
    }


def test_both_pipelines_preview_in_the_pull_request_and_deploy_on_merge() -> None:
    folder = EXAMPLES / "environments"
    text = (folder / ".github/workflows/flink-jobs.yml").read_text(encoding="utf-8")
    github = yaml.safe_load(text)
    assert github[True] == {"pull_request": None, "push": {"branches": ["main"]}}  # `on` in YAML
    jobs = github["jobs"]
    assert "pull_request" in jobs["preview"]["if"]
    assert "push" in jobs["up"]["if"]
    gitlab = yaml.safe_load((folder / ".gitlab-ci.yml").read_text(encoding="utf-8"))
    assert "merge_request_event" in gitlab["preview"]["rules"][0]["if"]
    assert gitlab[".up"]["rules"] == [{"if": "$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH"}]
    [last] = gitlab[".up"]["script"]
    assert jobs["up"]["steps"][-1]["run"].replace("${{ matrix.stack }}", "$STACK") == last
    previews, reviews, posts = jobs["preview"]["steps"][-3:]
    found, *review, _, end = gitlab["preview"]["script"]
    assert f"{previews['run'].replace('${{ matrix.stack }}', '$STACK')} || failed=$?" == found
    assert reviews["run"].splitlines() == review
    assert posts["run"] == "gh pr comment ${{ github.event.number }} --body-file review.md"
    # A preview that fails is reviewed as well, and the job is a failure all the same.
    assert reviews["if"] == "${{ !cancelled() }}"
    assert posts["if"] == "${{ !cancelled() && steps.review.outcome == 'success' }}"
    assert reviews["id"] == "review"
    assert end == "exit ${failed:-0}"
    assert github["permissions"]["pull-requests"] == "write"
    project = yaml.safe_load((folder / "Pulumi.yaml").read_text(encoding="utf-8"))
    assert project["options"] == {"refresh": "always"}


def test_a_review_that_cannot_be_made_fails_its_step(tmp_path: Path) -> None:
    folder = EXAMPLES / "environments"
    github = yaml.safe_load((folder / ".github/workflows/flink-jobs.yml").read_text())
    gitlab = yaml.safe_load((folder / ".gitlab-ci.yml").read_text(encoding="utf-8"))
    [step] = (each for each in github["jobs"]["preview"]["steps"] if each.get("id") == "review")
    _, *lines, _, _ = gitlab["preview"]["script"]
    # As the platforms run them: nothing tells the shell to look into a pipe.
    for script in (step["run"], "\n".join([*lines, "echo on"])):
        done = subprocess.run(
            ["bash", "-ec", script], cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert done.returncode != 0
        assert done.stdout == ""


@pytest.mark.parametrize("example", ["adopt"], indirect=True)
def test_a_running_job_is_taken_over(example: Example) -> None:
    dli = example.dli
    job_id = dli.create(
        "orders-etl",
        desc="by hand",
        queue_name="testQueue",
        entrypoint="obs://jars/orders-etl.jar",
        cu_number=3,
        parallel_number=2,
        obs_bucket="flink-state",
    )
    assert dli.run(job_id).is_success
    assert dli.status(job_id) == "job_running"
    example.must("config", "set", "jobId", str(job_id))
    line = f"takes over job {job_id}: changes live, without a restart; desc changes"
    assert line in example.must("preview")
    assert line.replace(str(job_id), "138") in (example.directory / "README.md").read_text()
    with dli.watched() as sent:
        example.up()
    mark, put, *others = changes(sent)
    assert mark.endswith(f"/{job_id}/tags/create")
    assert put == f"PUT flink-jobs/{job_id}"
    assert not others
    assert dli.details(job_id)["desc"] == "Orders to the warehouse, kept by Pulumi"
    assert [entry["event"] for entry in dli.history(job_id)].count("running") == 1
    assert example.outputs() == {"job_id": job_id, "status": "job_running"}
    example.must("preview", "--expect-no-changes")


@pytest.mark.parametrize("example", ["upgrade"], indirect=True)
def test_a_new_jar_goes_through_a_savepoint(example: Example) -> None:
    readme = (example.directory / "README.md").read_text(encoding="utf-8")
    first, second = (line for line in readme.splitlines() if line.startswith("python3 -m zipfile"))
    example.script(first)
    example.up()
    [before] = example.dli.jobs().values()
    example.script(second)
    assert "restarts the job from a savepoint (downtime)" in example.must("preview")
    example.up()
    [after] = example.dli.jobs().values()
    assert after["id"] == before["id"]
    assert after["counter"] > before["counter"]
    example.must("preview", "--expect-no-changes")


@pytest.mark.parametrize("example", ["streaming-job"], indirect=True)
def test_a_component_brings_its_jar_and_keeps_its_state(example: Example) -> None:
    jar = example.directory / "orders-etl.jar"
    jar.write_bytes(a_jar({f"{ORDERS}.class": a_class()}))
    example.up()
    [before] = example.dli.jobs().values()
    assert example.outputs() == {
        "job_id": before["id"],
        "entrypoint": before["definition"]["entrypoint"],
    }
    told = _rules_broken(json.loads(example.must("stack", "export"))["deployment"]["resources"])
    assert [text.split(";")[0] for text in told] == [
        "orders-etl has no tag team",
        "orders-etl has no tag cost-center",
    ]
    jar.write_bytes(a_jar({f"{ORDERS}.class": a_class(), "notes": b"the next version"}))
    shown = example.must("preview")
    readme = (example.directory / "README.md").read_text(encoding="utf-8")
    for words in ("restarts the job from a savepoint (downtime)", "rolls back if that fails"):
        assert words in shown
        assert words in readme
    example.up()
    [after] = example.dli.jobs().values()
    assert after["id"] == before["id"]
    assert after["counter"] > before["counter"]


def _rules_broken(resources: list[dict[str, Any]]) -> list[str]:
    """What the rules of examples/policies say of a stack's jobs, as if it were production."""
    rules = runpy.run_path(str(EXAMPLES / "policies/flink_rules.py"))
    told: list[str] = []
    for each in (each for each in resources if each["type"] == rules["JOB"]):
        args = SimpleNamespace(
            resource_type=each["type"],
            props=each["inputs"],
            urn=each["urn"],
            name=each["urn"].rpartition("::")[2],
            get_config=lambda: {"stacks": ["dev"]},
        )
        for rule in rules["RULES"]:
            rule.validate(args, lambda text, _urn: told.append(text))
    return told


def test_every_example_is_a_whole_project() -> None:
    for program in EXAMPLES.rglob("__main__.py"):
        names = {file.name for file in program.parent.iterdir()}
        assert "requirements.txt" in names, program
        assert names & {"Pulumi.yaml", "PulumiPolicy.yaml"}, program


def test_a_copy_of_an_example_names_nothing_beside_it() -> None:
    text = (EXAMPLES.parent / "docs/getting-started.md").read_text(encoding="utf-8")
    [wheel] = re.findall(r"`requirements.txt`\n```\n(.*\n)```", text)
    for file in EXAMPLES.rglob("requirements.txt"):
        named = file.read_text(encoding="utf-8")
        assert named == wheel or re.fullmatch(r"pulumi(-policy)?>=[\d.,<]+\n", named), file
    for file in EXAMPLES.rglob("Pulumi*.yaml"):
        runtime = yaml.safe_load(file.read_text(encoding="utf-8")).get("runtime")
        if isinstance(runtime, dict):
            virtualenv = (file.parent / runtime["options"]["virtualenv"]).resolve()
            example = EXAMPLES / file.relative_to(EXAMPLES).parts[0]
            assert virtualenv == example / ".venv", file


def test_the_first_job_of_the_getting_started_page(tmp_path: Path) -> None:
    project = make_project(tmp_path, name="first")
    text = (EXAMPLES.parent / "docs/getting-started.md").read_text(encoding="utf-8")
    [settings] = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    [program] = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    project.write("__main__.py", program)
    project.write("Pulumi.yaml", settings.replace("virtualenv: .venv", f"virtualenv: {sys.prefix}"))
    dli = Dli(project.directory / ".dli-local")
    first = Example(project.directory, project.environment, dli)
    local, change = (
        [line.partition("#")[0].strip() for line in section.splitlines() if "pulumi" in line]
        for section in re.findall(r"^## [35]\..*?```\n(.*?)```", text, re.DOTALL | re.MULTILINE)
    )
    for line in [*local[:-2], "pulumi config set bucket state", "pulumi up --yes", *change[:-1]]:
        shown = first.script(f"{line} --non-interactive")
    assert "restarts the job from a savepoint (downtime)" in shown
    [job] = dli.jobs().values()
    assert first.outputs() == {"job_id": job["id"], "status": "job_running"}
    assert "POST" in first.script(f"{COMMAND} local requests")
    dli.close()
