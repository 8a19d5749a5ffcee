"""What the service's error codes mean, and what to do about each.

The same words stand in an error's message and in the documentation's troubleshooting
page. Source: DLI API reference, "Error Codes"; codes marked as observed are not listed
there but are what the service answers.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Code(NamedTuple):
    """Why the service answers with a code, and the next step."""

    cause: str
    next_step: str


_ARGUMENTS = "mend the argument that the message names"
_SIGN_IN = "check the credentials and the project with `pulumi-dli doctor`"
AGAIN = "try again: the same command goes on from what is really there"
_RIGHTS = "ask for the right, or sign in as a user who has it"
_ENDPOINT = "check that dli:endpoint is the DLI endpoint of the region"
_SLOWER = "wait a little, or run with fewer jobs at a time (`--parallel`)"
_SQL = "this concerns SQL; for a Flink Jar job report it with the request id"

_GATEWAY: Mapping[str, Code] = {
    "0101": Code("the gateway knows no such address", _ENDPOINT),
    "0301": Code(
        "the gateway refused the token or the signature",
        "check the credentials, and a temporary key's security token, with `pulumi-dli doctor`, "
        "and this machine's clock (15 minutes at most)",
    ),
    "0302": Code("the gateway lets this user not call this in this project", _RIGHTS),
    "0307": Code("the token has expired or is of another region", _SIGN_IN),
    "0308": Code("too many requests", _SLOWER),
}
"""Codes of the gateway, which calls itself APIG or APIGW."""

CODES: Mapping[str, Code] = {
    "DLI.0001": Code("an argument is missing or out of bounds", _ARGUMENTS),
    "DLI.0002": Code(
        "something that the job names does not exist, such as its queue",
        "check `queue_name`, and that it is in this region and project",
    ),
    "DLI.0003": Code("the user may not do this", _RIGHTS),
    "DLI.0004": Code("a statement has a syntax error", _SQL),
    "DLI.0005": Code("a statement has a semantic error", _SQL),
    "DLI.0006": Code(
        "something of that name exists already",
        "choose another `name`, or take the job over with `adopt_job_id`",
    ),
    "DLI.0007": Code(
        "the operation is not supported here",
        "check that the queue is a general-purpose one and offers the Flink version",
    ),
    "DLI.0008": Code("the service's metadata cannot be read or written", AGAIN),
    "DLI.0009": Code("a limit of the service is exceeded", "check the queue's size and the limits"),
    "DLI.0011": Code(
        "a file in OBS may not be read or written",
        "check that DLI, or the agency in `execution_agency_urn`, may use the bucket",
    ),
    "DLI.0012": Code("the resource is not available at the moment", AGAIN),
    "DLI.0013": Code("the user could not be authenticated", _SIGN_IN),
    "DLI.0014": Code("the service could not be authenticated", _SIGN_IN),
    "DLI.0015": Code("the token could not be read", _SIGN_IN),
    "DLI.0016": Code("the user's identity or role could not be found", _SIGN_IN),
    "DLI.0018": Code("a value could not be converted", _ARGUMENTS),
    "DLI.0019": Code("the service ran out of time", AGAIN),
    "DLI.0023": Code("a related resource does not exist", "check what the job names"),
    "DLI.0100": Code("a result has expired", AGAIN),
    "DLI.0999": Code("an error inside the service (it answers 400, not 500)", AGAIN),
    "DLI.1028": Code("a quota is used up", "free something, or ask for a higher quota"),
    "DLI.13024": Code("the job has no queue (observed)", "set `queue_name`"),
    "DLI.16001": Code(
        "there is no such Flink job (observed)",
        "`pulumi refresh` takes it out of the state, and `pulumi up` creates it anew",
    ),
    **{f"{name}.{number}": code for name in ("APIG", "APIGW") for number, code in _GATEWAY.items()},
}
"""Every code that is known, by its name."""

NEXT_STEPS: Mapping[int, str] = {
    **dict.fromkeys((301, 302, 307, 308), _ENDPOINT),
    401: _SIGN_IN,
    403: _RIGHTS,
    404: _ENDPOINT,
    408: AGAIN,
    429: _SLOWER,
    500: AGAIN,
    502: AGAIN,
    503: AGAIN,
    504: AGAIN,
}
"""What to do about an HTTP status where the answer has no code that is known."""
