"""A host that cannot tell of a partial failure: the state knows the job, and the run fails."""

from __future__ import annotations

from typing import Any

import pulumi
import pytest
from pulumi.runtime import mocks
from pulumi_dli import FlinkJarJob
from pulumi_dli.dynamic import FlinkJarJobProvider
from stack import Stack


def test_a_create_that_broke_off_gives_its_outputs_and_the_next_up_goes_on(stack: Stack) -> None:
    provider = FlinkJarJobProvider()
    provider._session = stack.session()  # noqa: SLF001 -- what configure fills
    stack.dli.arm("fail_start", text="no such jar")
    wish = stack.wish(timeouts={"settle": 1})
    inputs = provider.check({}, {**wish, "__provider": "p"}).inputs

    made = provider.create(inputs)  # no gRPC context: nobody to tell of a partial failure

    assert made.outs is not None
    assert made.outs["failure"].startswith("job orders (1) did not start: ")
    assert made.outs["desired_state"] == "stopped (job_submit_fail: no such jar)"
    assert provider.diff(made.id, made.outs, inputs).changes
    mended = {**inputs, "desc": "mended"}
    outs = provider.update(made.id, made.outs, mended).outs
    assert outs is not None
    assert (outs["status"], outs["failure"]) == ("job_running", "")
    assert stack.jobs() == ["orders"]


class Broken(mocks.Mocks):
    """An engine whose provider gave its outputs and a failure."""

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str | None, dict[Any, Any]]:
        return "138", {**args.inputs, "failure": "could not start job 138: no queue"}

    def call(self, args: mocks.MockCallArgs) -> tuple[dict[Any, Any], None]:
        del args
        return {}, None


# The SDK's mocks leave an event loop open in each thread that they work in.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.usefixtures("loop")
def test_the_program_fails_with_the_sentence() -> None:
    mocks.set_mocks(Broken())

    @pulumi.runtime.test  # type: ignore[untyped-decorator]
    def program() -> pulumi.Output[Any]:
        return FlinkJarJob("etl", queue_name="q", entrypoint="etl.jar").failure

    with pytest.raises(pulumi.RunError, match="could not start job 138: no queue"):
        program()
