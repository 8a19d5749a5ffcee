"""The garbage collector around the loading of modules."""

from __future__ import annotations

import gc
import subprocess
import sys
from collections.abc import Iterator

import pytest
from pulumi_dli.loading import loading

OF_A_PROCESS = """
import gc
from pulumi_dli.loading import loading, own_process
{before}
with loading():
    made = [object()]
print(gc.isenabled(), any(item is made for item in gc.get_objects()))
"""


@pytest.fixture(autouse=True)
def _collector() -> Iterator[None]:
    """Leave the collector as it was."""
    yield
    gc.enable()


def test_the_collector_rests_while_modules_load() -> None:
    with loading():
        assert not gc.isenabled()
    assert gc.isenabled()


def test_the_collector_works_again_after_a_module_that_fails_to_load() -> None:
    with pytest.raises(ModuleNotFoundError), loading():
        raise ModuleNotFoundError
    assert gc.isenabled()


def test_who_turned_the_collector_off_keeps_it_off() -> None:
    gc.disable()
    with loading():
        pass
    assert not gc.isenabled()


@pytest.mark.parametrize(
    ("before", "told"), [("", "True True"), ("own_process()", "True False")], ids=["user", "own"]
)
def test_what_is_loaded_is_left_alone_in_the_providers_own_process(before: str, told: str) -> None:
    code = OF_A_PROCESS.format(before=before)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == told
