"""The garbage collector around the loading of modules."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
from pulumi_dli.loading import loading


@pytest.fixture(autouse=True)
def _collector() -> Iterator[None]:
    """Leave the collector as it was."""
    yield
    gc.unfreeze()
    gc.enable()


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A module that nobody has loaded; it makes a list."""
    (tmp_path / "never_loaded.py").write_text("made = [object()]")
    monkeypatch.syspath_prepend(tmp_path)
    yield "never_loaded"
    sys.modules.pop("never_loaded", None)


def test_the_collector_rests_and_leaves_alone_what_was_loaded(module: str) -> None:
    with loading():
        assert not gc.isenabled()
        made = import_module(module).made
        assert _watched(made)
    assert gc.isenabled()
    assert not _watched(made)


def test_what_was_loaded_before_changes_nothing() -> None:
    made = [object()]
    with loading():
        import_module("gc")
    assert _watched(made)


def _watched(item: object) -> bool:
    """Whether the collector looks at it."""
    return any(other is item for other in gc.get_objects())


def test_the_collector_works_again_after_a_module_that_fails_to_load() -> None:
    with pytest.raises(ModuleNotFoundError), loading():
        raise ModuleNotFoundError
    assert gc.isenabled()


def test_who_turned_the_collector_off_keeps_it_off() -> None:
    gc.disable()
    with loading():
        pass
    assert not gc.isenabled()
