"""The garbage collector around the loading of modules."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest
from pulumi_dli.loading import loading


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
