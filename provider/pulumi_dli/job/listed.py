"""A Flink job of any kind by its row of the list or its details: which it is, and all they say.

What a job names may stand anywhere: in `entrypoint` and the dependencies of a Jar job, in the
text or the configuration of one in SQL, in arguments. So a row is kept as its texts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pulumi_dli.job.canonical import line
from pulumi_dli.job.detail import integer

JAR_JOB = "flink_jar_job"
"""The kind of the jobs that this package manages."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A job of a project.

    Attributes:
        job_id: its id.
        name: its name, in one line.
        user: whose it is: an id or a name; empty where the row does not say.
        bucket: of its state; empty where it has none.
        defined: whether the row holds its definition, which a user may lack the right to see.
        texts: every text of the row, secrets too.
        mark: of the resource whose job it is; empty where its tags do not say.
    """

    job_id: int
    name: str
    user: str
    bucket: str
    defined: bool
    texts: tuple[str, ...] = field(repr=False)
    mark: str = ""

    @classmethod
    def from_wire(cls, row: Mapping[str, Any]) -> Listed:
        """Read an element of the job list."""
        config = row.get("job_config")
        defined = isinstance(config, Mapping) and bool(config)
        if row.get("job_type") == JAR_JOB:
            defined = defined and "entrypoint" in (config or {})
        return cls(
            job_id=integer(row.get("job_id")),
            name=line(row.get("name")),
            user=line(row.get("user_id") or row.get("user_name")),
            bucket=line((config or {}).get("obs_bucket")) if defined else "",
            defined=defined,
            texts=tuple(_texts(row)),
        )


def _texts(value: object) -> Iterator[str]:
    left = [value]
    while left:
        match left.pop():
            case str() as text:
                yield text
            case Mapping() as inner:
                left += [*inner, *inner.values()]
            case list() as inner:
                left += inner
