"""The refusals, worded as the real service does, and the errors of this machine."""

from __future__ import annotations

from typing import Any

LONGEST_TEXT, LONGEST_NAME = 1024, 128
"""Characters of a refusal, and of a name that a request brought and a refusal repeats."""


class StoreError(Exception):
    """The data folder cannot be used. Its text is meant for a person."""


class FlinkError(Exception):
    """Flink cannot be had, or does not do what is asked. Its text is meant for a person."""


class OptionError(Exception):
    """An option of a command makes no sense. Its text is meant for a person."""


class ConnectionDropped(ConnectionResetError):
    """An armed fault: the caller gets no answer at all.

    As a `ConnectionError` it passes through an in-process WSGI call, and waitress closes
    the socket on it without a byte.
    """


class Refusal(Exception):
    """A request that DLI refuses: `{"error_code": …, "error_msg": …}`, status 400."""

    status = 400

    def __init__(self, code: str, text: str) -> None:
        text = _bounded(text, LONGEST_TEXT)
        super().__init__(text)
        self.code = code
        self.text = text

    def body(self, request_id: str) -> Any:
        """The JSON body of the answer."""
        del request_id
        return {"error_code": self.code, "error_msg": self.text}


class BatchRefusal(Refusal):
    """A refused run, stop or batch delete: the same object, in an array."""

    def body(self, request_id: str) -> Any:
        """The JSON body of the answer."""
        return [super().body(request_id)]


class GatewayRefusal(Refusal):
    """The gateway before DLI refuses: no sign-in, no right, no such address."""

    def __init__(self, status: int, code: str, text: str) -> None:
        super().__init__(code, text)
        self.status = status

    def body(self, request_id: str) -> Any:
        """The JSON body of the answer."""
        return {"error_msg": self.text, "error_code": self.code, "request_id": request_id}


class IdentityRefusal(Refusal):
    """The identity service refuses: `{"error": {"code", "message", "title"}}`."""

    def __init__(self, status: int, title: str, text: str) -> None:
        super().__init__(title, text)
        self.status = status

    def body(self, request_id: str) -> Any:
        """The JSON body of the answer."""
        del request_id
        return {"error": {"code": self.status, "message": self.text, "title": self.code}}


class ServiceFailure(Refusal):
    """The local DLI itself cannot go on: 500, and nothing of the request was stored."""

    status = 500

    def __init__(self, text: str) -> None:
        super().__init__("DLI.0008", text)


def bad_parameter(field: str, text: str) -> Refusal:
    """A value that does not pass the parameter check; the text names the field."""
    return Refusal("DLI.0001", f"Parameter {_bounded(field, LONGEST_NAME)} is invalid: {text}.")


def no_such_job(job_id: object) -> Refusal:
    """The answer for a job that is not there, or no longer."""
    return Refusal("DLI.16001", f"The Flink job {job_id} does not exist.")


def not_allowed(text: str) -> Refusal:
    """An operation that the job's state does not allow."""
    return Refusal("DLI.0007", text)


def _bounded(text: str, longest: int) -> str:
    """A text in one line of so many characters at most."""
    whole = "".join(each if each.isprintable() else ascii(each)[1:-1] for each in text[:longest])
    return whole if len(text) <= longest else f"{whole}…"
