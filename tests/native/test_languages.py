"""The native plugin from other languages: YAML on the real engine, SDKs by Pulumi's generators."""

from __future__ import annotations

import ast
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from cache import Cache
from dli import Dli
from engine_project import PATIENCE, make_project
from job_stack import NATIVE, PLUGIN, JobStack
from languages import folder
from leftovers import end_hosts
from native_jobs import JOBS
from pulumi_dli.arguments import FlinkJarJobArgs
from pulumi_dli.native.schema import plugin_version, schema

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
TOOLS = folder(Cache())


def needs(*parts: str) -> pytest.MarkDecorator:
    missing = [part for part in parts if not (TOOLS / part).exists()]
    return pytest.mark.skipif(bool(missing), reason=f"`make languages` brings {missing}")


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[JobStack]:
    """The YAML example, with its own language host first on PATH."""
    project = make_project(tmp_path, name="yaml")
    project.environment["PATH"] = f"{TOOLS / 'bin'}:{project.environment['PATH']}"
    (project.directory / "__main__.py").unlink()
    made = JobStack(project, Dli(project.directory / ".dli-local"), front=NATIVE)
    text = (EXAMPLES / "yaml/Pulumi.yaml").read_text()
    (project.directory / "Pulumi.yaml").write_text(text.replace(".venv/bin", PLUGIN["path"]))
    yield made
    end_hosts(project.directory)
    made.dli.close()


@needs("bin/pulumi-language-yaml")
def test_the_yaml_example(stack: JobStack) -> None:
    stack.up()
    assert stack.dli.job(stack.outputs("orders")["name"])["status"] == "job_running"
    stack.project.must("preview", "--expect-no-changes")
    page = stack.project.directory / "Pulumi.yaml"
    text = page.read_text()
    page.write_text(text.replace("cu_number: 3", "cu_numbers: 3"))
    assert "Property cu_numbers does not exist" in stack.fails("preview")
    page.write_text(text.replace("cu_number: 3", "cu_number: 1"))
    assert "cu_number: 1 is too small; use 2 or more" in stack.fails("preview")
    page.write_text(text)
    stack.destroy()


@pytest.fixture
def native(tmp_path: Path) -> Iterator[JobStack]:
    """A stack of a Python program."""
    project = make_project(tmp_path, name="jobs")
    made = JobStack(project, Dli(project.directory / ".dli-local"), front=NATIVE)
    made.configure(endpoint="local")
    yield made
    end_hosts(project.directory)
    made.dli.close()


def test_the_program_that_an_import_prints_changes_nothing(native: JobStack) -> None:
    names = ("v2", "hidden", "tagged", "checkpoints", "parts", "stopped", "sized")
    for name in names:
        JOBS[name](native.dli, name)
    native.dli.clock.release()
    wanted = [{"type": NATIVE.type, "name": name, "id": name} for name in names]
    listed = native.project.directory / "jobs.json"
    listed.write_text(json.dumps({"resources": wanted}))
    native.program()
    options = ("--yes", "--protect=false", "--out", "printed.py")
    native.project.must("import", "--file", "jobs.json", *options)
    printed = (native.project.directory / "printed.py").read_text()
    written = printed.replace("import pulumi_dli_generated as", "import pulumi_dli.native as")
    assert written != printed
    native.project.write("__main__.py", written)
    native.nothing_changes()


def test_the_engine_writes_the_python_package(native: JobStack, tmp_path: Path) -> None:
    plugin = str(Path(PLUGIN["path"]) / "pulumi-resource-dli")
    target = tmp_path / "sdks"
    native.project.must("package", "gen-sdk", plugin, "--language", "python", "--out", str(target))
    assert (target / "python/pulumi_dli_generated/flink_jar_job.py").is_file()


def generated(language: str, target: Path) -> Path:
    target.mkdir(parents=True, exist_ok=True)
    told = target / "schema.json"
    told.write_text(json.dumps(schema()))
    run(str(TOOLS / "bin/codegen"), language, str(told), str(target))
    return target


def run(*command: str, cwd: Path | None = None) -> str:
    done = subprocess.run(
        command, cwd=cwd, capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@needs("bin/codegen")
def test_the_generated_python(tmp_path: Path) -> None:
    package = generated("python", tmp_path) / "pulumi_dli_generated"
    tree = ast.parse((package / "flink_jar_job.py").read_text())
    [made] = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and node.name == "_internal_init"
    ]
    names = {argument.arg for argument in made.args.args}
    assert names >= FlinkJarJobArgs.__annotations__.keys()
    run(sys.executable, "-m", "compileall", "-q", str(package))


@needs("bin/codegen")
def test_the_generated_go(tmp_path: Path) -> None:
    if shutil.which("gofmt") is None:
        pytest.skip("there is no Go on PATH")
    package = generated("go", tmp_path)
    utilities = (package / "dli/internal/pulumiUtilities.go").read_text()
    assert f'semver.MustParse("{plugin_version()}")' in utilities
    assert run("gofmt", "-l", "-e", str(package / "dli")) == ""
    assert 'pulumi:"cu_number"' in (package / "dli/flinkJarJob.go").read_text()


RUN = """\
const fs = require("fs"), ts = require("typescript"), pulumi = require("@pulumi/pulumi");
const compilerOptions = { module: "commonjs", target: "es2022", esModuleInterop: true };
require.extensions[".ts"] = (made, file) =>
    made._compile(
        ts.transpileModule(fs.readFileSync(file, "utf8"), { compilerOptions }).outputText, file);
pulumi.runtime.setMocks({
    newResource: ({ name, inputs }) => {
        console.log(name, JSON.stringify(inputs));
        return { id: "7", state: inputs };
    },
    call: ({ inputs }) => inputs,
});
require("./index.ts").seen.apply(console.log);
"""
"""A program in Node without an engine: Pulumi's mocks answer."""


@needs("bin/codegen", "node_modules/typescript")
def test_the_typescript_example_fits_the_generated_sdk(tmp_path: Path) -> None:
    sdk = generated("nodejs", tmp_path / "node_modules/@pulumi/dli")
    # Without a version every program ends in `No Major.Minor.Patch elements found`.
    assert json.loads((sdk / "package.json").read_text())["version"] == plugin_version()
    for module in (TOOLS / "node_modules").iterdir():
        if module.name not in ("@pulumi", ".bin"):
            (tmp_path / "node_modules" / module.name).symlink_to(module)
    (tmp_path / "node_modules/@pulumi/pulumi").symlink_to(TOOLS / "node_modules/@pulumi/pulumi")
    for name in "index.ts", "tsconfig.json":
        shutil.copy(EXAMPLES / "typescript" / name, tmp_path)
    check = ("node", str(TOOLS / "node_modules/typescript/bin/tsc"), "--noEmit")
    run(*check, cwd=tmp_path)
    made, seen = run("node", "-e", RUN, cwd=tmp_path).splitlines()
    assert made.startswith('orders {"cu_number":3,"entrypoint":"obs://jars/orders.jar",')
    assert seen.endswith(" runs on default")
    program = tmp_path / "index.ts"
    program.write_text(program.read_text().replace("cu_number: 3", "cuNumber: 3"))
    with pytest.raises(AssertionError, match="'cuNumber' does not exist"):
        run(*check, cwd=tmp_path)
