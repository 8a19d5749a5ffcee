"""What a process loads, and what its garbage collector then has to look at."""

from __future__ import annotations

import subprocess
import sys

import pytest

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


@pytest.mark.parametrize(
    ("before", "told"), [("", "['httpx', 'rich']"), ("own_process()", "['httpx']")]
)
def test_the_providers_own_process_does_without_the_command_of_httpx(
    before: str, told: str
) -> None:
    code = (
        "import sys; from pulumi_dli.loading import own_process\n"
        f"{before}\n"
        "import pulumi_dli.session; print(sorted({'httpx', 'rich'} & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == told


@pytest.mark.parametrize("front", ["pulumi_dli", "pulumi_dli.native"])
def test_the_programs_process_loads_neither_httpx_nor_pydantic(front: str) -> None:
    code = (
        f"import sys, {front}; "
        "print([m for m in ('httpx', 'pydantic', 'flask', 'typer', 'stamina') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


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
