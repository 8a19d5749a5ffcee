"""The bytes of a start, as the state remembers them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pulumi_dli.job.detail import JobDetail
from pulumi_dli.job.state import State
from pulumi_dli.job.watched import Watched, digest

digests = st.text().map(digest)


@given(st.integers(0, 2**60), st.dictionaries(digests, digests, min_size=1, max_size=3))
def test_what_is_written_is_read_back(at: int, etags: dict[str, str]) -> None:
    known = Watched(at, etags)
    assert Watched.read(str(known)) == known


@pytest.mark.parametrize("text", [None, "", "5", "x-y", "-5-a", 5, ["5-a"]])
def test_what_says_nothing(text: object) -> None:
    assert Watched.read(text) is None


@pytest.mark.parametrize("text", ["", "\ud800", "obs://a/b", "x" * 100_000])
def test_a_digest_of_anything_is_short(text: str) -> None:
    assert len(digest(text)) == 16


@pytest.mark.parametrize(
    ("status", "start_time", "stale"),
    [
        ("job_running", 5, ("entrypoint",)),
        ("job_idle", 5, ("entrypoint",)),
        ("job_savepointing", 5, ("entrypoint",)),
        ("job_running", 6, ()),
        ("job_submitting", 5, ()),
        ("job_canceling", 5, ()),
        ("job_finish", 5, ()),
        ("job_running_exception", 5, ()),
    ],
)
def test_what_a_refresh_found_holds_while_the_job_runs_on(
    status: str, start_time: int, stale: tuple[str, ...]
) -> None:
    watched = Watched(5, {digest("a"): digest("b")})
    outs = State(JobDetail(1, "o", "job_running"), watched=watched, overwritten=("entrypoint",))
    state = State.read(1, outs.write())
    assert (state.watched, state.overwritten) == (watched, ("entrypoint",))
    assert state.stale(JobDetail(1, "o", status, start_time=start_time)) == stale
