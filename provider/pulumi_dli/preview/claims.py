"""What two resources of one program ask for at once: a job has one resource."""

from __future__ import annotations

from pulumi_dli.client.connections import Place
from pulumi_dli.job.desired import Desired
from pulumi_dli.job.detail import JobDetail
from pulumi_dli.memory import Memory


def shared(memory: Memory, urn: str, place: Place, job: JobDetail) -> str:
    """That another resource of this run has the same job; "" where none has."""
    other = memory.claim(("job", place, job.job_id), urn)
    if not other:
        return ""
    return (
        f"job {job.name} ({job.job_id}) is the one of {other.rpartition('::')[2]}, too: each would "
        "change it, and delete it; take one of the two out of the state with `pulumi state delete`"
    )


def claims(
    memory: Memory, urn: str, place: Place, desired: Desired, job: JobDetail | None, *, new: bool
) -> list[str]:
    """What two resources of this program ask for at once: a job has one resource."""
    things: list[tuple[str, Place, object]] = [("mark", place, desired.owner)]
    if job is not None:
        memory.keep(place, job.job_id, urn)  # no delete of this run may take it
        things += [("job", place, job.job_id), ("mark", place, job.mark)]
    elif new and desired.options.adopt_job_id:
        things.append(("job", place, desired.options.adopt_job_id))
    others = {memory.claim(thing, urn) for thing in things if thing[2]}
    return [
        f"adopt_job_id: the job is also the one of {other.rpartition('::')[2]} in this "
        "program; remove one of the two"
        for other in sorted(others - {""})
    ]
