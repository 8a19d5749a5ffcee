"""The real engine on a tiny project: what a user of Pulumi notices of the language host."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from engine_project import make_project
from wheels import make_wheel


def test_an_output_comes_back_and_json_stays_json(tmp_path: Path) -> None:
    project = make_project(
        tmp_path,
        program="""
        import pulumi
        print("printed by the program")
        pulumi.export("answer", 42)
        pulumi.export("project", pulumi.get_project())
        pulumi.export("stack", [pulumi.get_organization(), pulumi.get_stack()])
        """,
    )
    preview = json.loads(project.must("preview", "--json"))
    assert "printed by the program" in json.dumps(preview["diagnostics"])
    assert "printed by the program" in project.must("up", "--yes", "--skip-preview")
    assert json.loads(project.must("stack", "output", "--json")) == {
        "answer": 42,
        "project": "tiny",
        "stack": ["organization", "dev"],
    }


def test_without_the_option_the_python_on_path_runs_the_program(tmp_path: Path) -> None:
    project = make_project(
        tmp_path,
        virtualenv="",
        program="""
        import sys
        import pulumi
        pulumi.export("prefix", sys.prefix)
        """,
    )
    project.environment["PATH"] = f"{sys.prefix}/bin{os.pathsep}{project.environment['PATH']}"
    project.must("up", "--yes", "--skip-preview")
    assert json.loads(project.must("stack", "output", "--json")) == {"prefix": sys.prefix}


def test_a_relative_environment_is_relative_to_the_project(tmp_path: Path) -> None:
    project = make_project(
        tmp_path,
        virtualenv="env",
        program="""
        import sys
        import pulumi
        pulumi.export("prefix", sys.prefix)
        """,
    )
    (project.directory / "env").symlink_to(sys.prefix)
    (project.directory / "deeper").mkdir()
    project.directory /= "deeper"
    project.must("up", "--yes", "--skip-preview")
    outputs = json.loads(project.must("stack", "output", "--json"))
    assert Path(outputs["prefix"]).resolve() == Path(sys.prefix).resolve()


def test_a_missing_environment_is_created(tmp_path: Path) -> None:
    project = make_project(tmp_path, virtualenv="own", program="import pulumi")
    done = project.run("up", "--yes", "--skip-preview")
    assert (project.directory / "own" / "bin" / "python").exists()
    assert done.returncode != 0
    assert "It looks like the Pulumi SDK has not been installed" in done.stdout


def test_a_folder_that_is_no_environment_ends_in_a_sentence(tmp_path: Path) -> None:
    project = make_project(tmp_path, virtualenv="missing", program="import pulumi")
    (project.directory / "missing").mkdir()
    (project.directory / "missing" / "file").touch()
    done = project.run("up", "--yes")
    assert done.returncode != 0
    assert "virtual environment" in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr


def test_pulumi_install_makes_the_environment(tmp_path: Path) -> None:
    project = make_project(tmp_path, virtualenv="own")
    make_wheel(project.directory, "tiny", "1.0", {"tiny.py": "WHO = 'the installed one'\n"})
    project.write("requirements.txt", "./tiny-1.0-py3-none-any.whl\n")
    assert "Successfully installed tiny-1.0" in project.must("install")
    answer = subprocess.run(
        [str(project.directory / "own" / "bin" / "python"), "-c", "import tiny; print(tiny.WHO)"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert answer.stdout == "the installed one\n"
    project.must("install")


def test_pulumi_install_that_fails_says_so(tmp_path: Path) -> None:
    project = make_project(tmp_path, virtualenv="own")
    project.write("requirements.txt", "./missing-1.0-py3-none-any.whl\n")
    done = project.run("install")
    assert done.returncode != 0
    assert "pip install -r requirements.txt" in done.stderr
    assert "Traceback" not in done.stdout + done.stderr


def test_about_names_the_interpreter_and_its_packages(tmp_path: Path) -> None:
    about = json.loads(make_project(tmp_path).must("about", "--json"))
    assert about["runtime"]["executable"] == f"{sys.prefix}/bin/python"
    assert "mypy" in {package["name"] for package in about["dependencies"]}


def test_a_dynamic_resource_lives_its_life(tmp_path: Path) -> None:
    project = make_project(
        tmp_path,
        program="""
        import pulumi
        from greeting import Greeting
        greeting = Greeting("hello", text=pulumi.Config().require("text"))
        pulumi.export("said", greeting.said)
        """,
    )
    project.write(
        "greeting.py",
        """
        import pathlib
        import pulumi
        from pulumi import dynamic

        def note(line):
            with open("calls", "a") as file:
                file.write(line + "\\n")

        class Provider(dynamic.ResourceProvider):
            serialize_as_secret_always = False

            def create(self, props):
                note("create " + props["text"])
                return dynamic.CreateResult("1", {**props, "said": props["text"].upper()})

            def update(self, id, olds, news):
                note("update " + news["text"])
                return dynamic.UpdateResult({**news, "said": news["text"].upper()})

            def delete(self, id, props):
                note("delete " + props["text"])

        class Greeting(dynamic.Resource):
            said: pulumi.Output[str]

            def __init__(self, name, text, opts=None):
                super().__init__(Provider(), name, {"text": text, "said": None}, opts)
        """,
    )

    def said() -> object:
        return json.loads(project.must("stack", "output", "--json"))

    project.must("config", "set", "text", "hi")
    project.must("up", "--yes", "--skip-preview")
    assert said() == {"said": "HI"}
    project.must("config", "set", "text", "ho")
    project.must("up", "--yes", "--skip-preview")
    assert said() == {"said": "HO"}
    assert "unchanged" in project.must("preview")
    project.must("destroy", "--yes", "--skip-preview")
    calls = (project.directory / "calls").read_text(encoding="utf-8").splitlines()
    assert calls == ["create hi", "update ho", "delete ho"]


def test_a_secret_setting_reaches_the_program_and_stays_secret(tmp_path: Path) -> None:
    project = make_project(
        tmp_path,
        program="""
        import pulumi
        config = pulumi.Config()
        pulumi.export("plain", config.require("plain"))
        pulumi.export("hidden", config.require_secret("hidden").apply(len))
        pulumi.export("noticed", pulumi.Output.is_secret(config.require_secret("hidden")))
        """,
    )
    project.must("config", "set", "plain", "seen")
    project.must("config", "set", "--secret", "hidden", "TOPSECRET")
    shown = project.must("up", "--yes", "--skip-preview")
    assert "TOPSECRET" not in shown
    assert json.loads(project.must("stack", "output", "--json")) == {
        "plain": "seen",
        "hidden": "[secret]",
        "noticed": True,
    }
    revealed = json.loads(project.must("stack", "output", "--json", "--show-secrets"))
    assert revealed["hidden"] == len("TOPSECRET")
