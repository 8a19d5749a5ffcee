"""What a process loads, and what its garbage collector then has to look at."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from local_service import PROJECT

OF_A_PROCESS = """
import gc
from pulumi_dli.loading import loading, own_process
{before}
with loading():
    made = [object()]
print(gc.isenabled(), any(item is made for item in gc.get_objects()))
"""


@pytest.mark.parametrize(
    ("before", "told"), [("", "True True"), ("own_process()", "True False")], ids=["user", "own"]
)
def test_what_is_loaded_is_left_alone_in_the_providers_own_process(before: str, told: str) -> None:
    code = OF_A_PROCESS.format(before=before)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == told


OF_A_PROGRAM = """
import gc
from pulumi.runtime import Mocks, set_mocks
class Nothing(Mocks):
    def new_resource(self, args):
        return "1", args.inputs
    def call(self, args):
        return {}
set_mocks(Nothing())
from pulumi_dli import FlinkJarJob
loaded = gc.get_freeze_count()
FlinkJarJob("orders", name="orders")
print(loaded, gc.get_freeze_count() > 0)
"""


@pytest.mark.parametrize(
    ("name", "told"),
    [("pulumi-language-python-exec", "0 True"), ("server.py", "0 False")],
    ids=["engine", "other"],
)
def test_what_a_program_loads_is_left_alone_where_its_process_is_the_engines(
    tmp_path: Path, name: str, told: str
) -> None:
    (tmp_path / name).write_text(OF_A_PROGRAM, encoding="utf-8")
    command = [sys.executable, str(tmp_path / name)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == told


@pytest.mark.parametrize(
    ("before", "told"), [("", "['httpx', 'rich']"), ("own_process()", "['httpx']")]
)
def test_the_providers_own_process_does_without_the_command_of_httpx(
    before: str, told: str
) -> None:
    code = (
        "import sys; from pulumi_dli.loading import own_process\n"
        f"{before}\n"
        "import pulumi_dli.client.link; print(sorted({'httpx', 'rich'} & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == told


def test_a_run_that_changes_nothing_loads_neither_httpx_nor_the_lifecycle(tmp_path: Path) -> None:
    """Check and diff of a job of the state; what they would load is a third of their time."""
    code = (
        "import json, sys; from pathlib import Path\n"
        "from pulumi_dli.console import Console\n"
        "from pulumi_dli.client.connections import Connections\n"
        "from pulumi_dli.session import Session\n"
        "class Quiet(Console): pass\n"
        "here = Path(sys.argv[1])\n"
        "connections = Connections({'endpoint': 'local'}, {}, here)\n"
        "session = Session(connections, Quiet())\n"
        "news = {'name': 'etl', 'queue_name': 'q', 'entrypoint': 'etl.jar', 'owner': '0' * 32}\n"
        "olds = {**news, **dict(endpoint='local', region='local', project_id=sys.argv[2],\n"
        "    own_place=[], desired_state='running')}\n"
        "outs = {**olds, 'set_arguments': list(news)[:3], 'status': 'job_running',\n"
        "    'start_time': 1, 'cu_number': 2, 'unset': {}}\n"
        "inputs, problems = session.check('urn', olds, news, frozenset())\n"
        "assert not problems, problems\n"
        "assert not session.diff('urn', 1, outs, {**news, **inputs}, frozenset()).changes\n"
        "heavy = {'httpx', 'flask', 'stamina', 'pulumi_dli.lifecycle.verbs'}\n"
        "print(sorted(heavy & sys.modules.keys()))"
    )
    command = [sys.executable, "-c", code, str(tmp_path), PROJECT]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.stdout.strip(), done.stderr) == ("[]", "")


@pytest.mark.parametrize("front", ["pulumi_dli", "pulumi_dli.native"])
def test_the_programs_process_loads_neither_httpx_nor_pydantic(front: str) -> None:
    code = (
        f"import sys, {front}; "
        "print([m for m in ('httpx', 'pydantic', 'flask', 'typer', 'stamina') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_the_fixtures_load_nothing_of_the_local_dli_until_a_test_asks() -> None:
    code = (
        "import sys, pulumi_dli.testing.fixtures; "
        "print(sorted({'httpx', 'pydantic', 'flask'} & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_program_with_a_digest_of_its_jar_loads_neither_client_nor_models() -> None:
    code = (
        "import sys, pulumi_dli; pulumi_dli.jar_digest(sys.executable); "
        "print(sorted({'httpx', 'pydantic'} & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_program_without_look_ups_loads_neither_client_nor_models() -> None:
    code = "import sys, pulumi_dli; print(sorted({'httpx', 'pydantic'} & sys.modules.keys()))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_provider_whose_jobs_stay_loads_nothing_of_jars_and_objects() -> None:
    room = "pulumi_dli.artifacts."
    code = (
        "import sys, pulumi_dli.session; print(sorted({'pyexpat', "
        f"'{room}objects', '{room}inspection', 'pulumi_dli.preview.jars'}} & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
