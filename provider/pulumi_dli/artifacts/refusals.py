"""What the object service's refusals mean, and what to do about each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import httpx

from pulumi_dli.artifacts import xml
from pulumi_dli.client.error_codes import AGAIN
from pulumi_dli.client.responses import retry_after, told
from pulumi_dli.errors import ObjectError, ObjectMissing

_MOST_CODE = 64
_KEYS = "check the access key with `pulumi-dli doctor`"
_RIGHTS = "ask for the right to it, or sign in as a user who has it"
_ELSEWHERE = "check the bucket's region, and dli:region and dli:obsEndpoint"
IN_NAME_ONLY = "x-local-in-name-only"
"""The header by which the local DLI says that its jobs run in name only."""
OBJECT_STEPS: Mapping[str, str] = {
    "AccessDenied": _RIGHTS,
    "InvalidAccessKeyId": _KEYS,
    "SignatureDoesNotMatch": _KEYS,
    "InvalidToken": _KEYS,
    "ExpiredToken": _KEYS,
    "AuthorizationHeaderMalformed": _ELSEWHERE,
    "PermanentRedirect": _ELSEWHERE,
    "TemporaryRedirect": _ELSEWHERE,
    "RequestTimeTooSkewed": "check this machine's clock (15 minutes at most)",
    "NoSuchBucket": "make the bucket, or check its name and its region",
    "NoSuchKey": "check the object's name",
    "InsufficientStorageSpace": "free something, or ask for a higher quota of the bucket",
    "SlowDown": "wait a little, or run with fewer jobs at a time (`--parallel`)",
}
"""What to do about the object service's codes."""
_BY_STATUS = {
    **dict.fromkeys((301, 302, 307, 308), _ELSEWHERE),
    401: _KEYS,
    403: _RIGHTS,
    404: "check the names of the bucket and the object",
    **dict.fromkeys((429, 500, 502, 503, 504), AGAIN),
}


def refusal(what: str, response: httpx.Response, *, now: float, hide: Iterable[str]) -> ObjectError:
    """The error that a refusing answer means.

    Args:
        what: what was tried, in words that follow "could not".
        response: the answer, which was read.
        now: the time, in epoch seconds.
        hide: texts that must not be repeated.
    """
    status, hide = response.status_code, tuple(hide)
    try:
        said = xml.read(response.content)
    except xml.NotXml:
        said = xml.Element("", [], [])
    if said.name != "Error":  # a page of a proxy, or a HEAD, which has no body
        said = xml.Element("", [], [])
    code = told(said.value("Code"), hide)[:_MOST_CODE]
    if not code and status == httpx.codes.INTERNAL_SERVER_ERROR:  # as after a HEAD
        code = "InternalError"
    words = told(said.value("Message"), hide)
    request_id = said.value("RequestId") or response.headers.get("x-amz-request-id", "")
    request_id = told(request_id, hide)[:_MOST_CODE]
    reason = ": ".join(part for part in (code, words.rstrip(".")) if part) or f"HTTP {status}"
    message = f"could not {what}: {reason}"
    if request_id:
        message += f" (request id {request_id})"
    if step := OBJECT_STEPS.get(code) or _BY_STATUS.get(status):
        message += f"; {step}"
    kind = ObjectMissing if status == httpx.codes.NOT_FOUND else ObjectError
    error = kind(
        message,
        status=status,
        code=code,
        text=words,
        request_id=request_id,
        uncertain=status >= 500 or status < 400,  # noqa: PLR2004
        retry_after=retry_after(response.headers, now),
    )
    if isinstance(error, ObjectMissing):
        error.needed = IN_NAME_ONLY not in response.headers
    return error
