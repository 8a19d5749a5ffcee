"""`pulumi-dli review` on what the real engine prints: a preview that works, and ones that fail."""

from __future__ import annotations

from job_stack import JobStack, job
from pulumi_dli.command.previewed import read
from pulumi_dli.command.review import review

SECRET = "planted-secret"
SAME, GONE, GROWS = (job("same"), job("gone"), job("grows"))


def _reviewed(stack: JobStack, *options: str) -> tuple[int, str]:
    """The exit code of a preview, and its review."""
    done = stack.project.run("preview", "--json", "--show-sames", *options)
    assert done.stderr == ""
    file = stack.project.directory.parent / "preview.json"
    file.write_text(done.stdout, encoding="utf-8")
    return done.returncode, review(read(file))


def test_a_reviewer_sees_what_a_preview_found(stack: JobStack) -> None:
    stack.begin(SAME, GONE, GROWS)
    same, gone = (stack.dli.job(name)["id"] for name in ("same", "gone"))
    stack.dli.stop(same)
    new = job("new", cu_number=3, entrypoint_args=f"--password {SECRET}")
    stack.program(SAME, job("grows", cu_number=4), new)
    code, shown = _reviewed(stack)
    assert code == 0
    assert "Changes: 3 of 4 jobs, 2 with downtime." in shown
    assert (
        "```text\n"
        "grows: restarts the job from a savepoint (downtime); cu_number 2 → 4; CUs 2 → 4; "
        "queue testqueue "
    ) in shown
    assert f"#### `gone` (job `{gone}`)\n\n```text\nis deleted\n```\n- downtime: **yes**" in shown
    assert "new: creates and starts the job; 3 CUs" in shown
    assert "warning:\n```text\nentrypoint_args: word 2: looks like a password" in shown
    assert "| `testqueue` | 6 | 9 |" in shown  # what only a refresh sees is not known
    assert SECRET not in shown

    code, shown = _reviewed(stack, "--refresh")
    assert code != 0
    assert "**1 cannot be done**" in shown
    assert f"```text\nsame: CANNOT START: job same ({same}) ran before" in shown
    assert "| queue | CUs before | CUs after, as far as is known |" in shown
    assert "| `testqueue` | 4 | 9 |" in shown  # the engine has not come to what goes
    assert shown.endswith("the rest is not known\n")
    assert SECRET not in shown

    stack.program(job("grows", cu_number=1), f"raise ValueError({SECRET!r})\n")
    code, shown = _reviewed(stack)
    assert code != 0
    assert "has a problem: cu_number: 1 is too small; use 2 or more" in shown
    assert shown.endswith("the rest is not known\n")
    assert SECRET not in shown


def test_a_doubt_of_a_job_that_fails_its_check_is_no_plan_line(stack: JobStack) -> None:
    stack.program(job("etl", adopt_job_id=77, entrypoint="target/etl.jar"))
    code, shown = _reviewed(stack)
    assert code != 0
    assert "#### `etl`\n\n```text\ncannot be done\n```\n" in shown
    assert "warning:\n```text\nentrypoint: names the package target/etl.jar of DLI" in shown
