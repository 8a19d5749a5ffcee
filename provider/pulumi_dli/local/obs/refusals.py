"""How the object service says no: `<Error><Code><Message>` with the status that S3 gives."""

from __future__ import annotations

from pulumi_dli.local.errors import Refusal

BAD_REQUEST, FORBIDDEN, NOT_FOUND, CONFLICT = 400, 403, 404, 409
FAILED_CONDITION, UNSATISFIABLE, INTERNAL, NOT_SERVED = 412, 416, 500, 501


class ObjectRefusal(Refusal):
    """A request that the object service refuses."""

    def __init__(self, status: int, code: str, text: str) -> None:
        super().__init__(code, text)
        self.status = status


def denied(text: str) -> ObjectRefusal:
    """Who asks may not do that."""
    return ObjectRefusal(FORBIDDEN, "AccessDenied", text)


def bad(code: str, text: str) -> ObjectRefusal:
    """The request makes no sense."""
    return ObjectRefusal(BAD_REQUEST, code, text)


def no_bucket(bucket: str) -> ObjectRefusal:
    """There is no such bucket."""
    return ObjectRefusal(NOT_FOUND, "NoSuchBucket", f"There is no bucket {bucket}.")


def no_key() -> ObjectRefusal:
    """There is no such object."""
    return ObjectRefusal(NOT_FOUND, "NoSuchKey", "The bucket has no object of that key.")
