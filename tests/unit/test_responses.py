"""What a refusing answer means, in every form in which the service refuses."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pulumi_dli.client.error_codes import CODES, NEXT_STEPS
from pulumi_dli.client.responses import decode, refusal, refused
from pulumi_dli.errors import (
    MAX_TEXT,
    ApiError,
    AuthError,
    MissingEndpoint,
    NotFoundError,
    ThrottledError,
)

WHAT = "create the job orders-etl"
NOW = 1_900_000_000.0  # Sun, 17 Mar 2030 17:46:40 GMT


def error(status: int, body: Any, **headers: str) -> ApiError:
    text = body if isinstance(body, str) else json.dumps(body)
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return refusal(WHAT, status, text.encode(), names, now=NOW)


SHAPES: list[tuple[int, Any, str, str]] = [
    (400, {"error_code": "DLI.0001", "error_msg": "bad name"}, "DLI.0001", "bad name"),
    (400, [{"error_code": "DLI.13024", "error_msg": "No queue"}], "DLI.13024", "No queue"),
    (200, {"is_success": "false", "message": "it failed"}, "", "it failed"),
    (200, {"is_success": False, "message": "DLI.0006 exists"}, "DLI.0006", "DLI.0006 exists"),
    (
        401,
        {"error_msg": "who?", "error_code": "APIG.0301", "request_id": "r9"},
        "APIG.0301",
        "who?",
    ),
    (401, {"error": {"code": 401, "message": "no", "title": "Unauthorized"}}, "", "no"),
    (400, {"errorCode": "DLI.0002", "errorMsg": "no queue x"}, "DLI.0002", "no queue x"),
    (400, {"code": "DLI.0007", "message": "not here"}, "DLI.0007", "not here"),
    (400, {"result": {"detail": {"error_code": "DLI.0009"}}}, "DLI.0009", ""),
    (502, "<html><head><title>x</title></head><h1>Bad  Gateway</h1></html>", "", "Bad Gateway"),
    (500, "", "", ""),
    (500, "plain words", "", "plain words"),
    (400, [1, 2], "", ""),
    (400, "7", "", ""),
]


@pytest.mark.parametrize(("status", "body", "code", "text"), SHAPES)
def test_code_and_words_are_found_wherever_they_are(
    status: int, body: Any, code: str, text: str
) -> None:
    found = error(status, body)
    text_of_body = body if isinstance(body, str) else json.dumps(body)
    assert refused(status, decode(text_of_body.encode()))
    assert (found.status, found.code, found.text) == (status, code, text)
    assert str(found).startswith("could not create the job orders-etl: ")
    assert (code or text or f"HTTP {status}") in str(found)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, {}),
        (200, {"is_success": "true", "message": ""}),
        (200, {"is_success": True}),
        (200, {"is_success": "TRUE", "error_code": ""}),
        (200, {"queues": []}),
        (200, [{"is_success": "true"}, 7, None]),
        (204, {}),
        (201, "text"),
    ],
)
def test_these_do_not_refuse(status: int, body: Any) -> None:
    assert not refused(status, body)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, [{"is_success": True}, {"error_code": "DLI.0002"}]),
        (200, [{"is_success": "false", "message": "no"}]),
        (200, [{"is_success": False}]),
        (302, {}),
    ],
)
def test_these_do(status: int, body: Any) -> None:
    assert refused(status, body)


@pytest.mark.parametrize(
    ("status", "code", "kind", "uncertain"),
    [
        (400, "DLI.16001", NotFoundError, False),
        (200, "DLI.16001", NotFoundError, False),
        (404, "DLI.0023", NotFoundError, False),
        (404, "APIGW.0101", MissingEndpoint, False),
        (404, "", MissingEndpoint, False),
        (405, "", MissingEndpoint, False),
        (400, "DLI.0002", ApiError, False),
        (401, "", AuthError, False),
        (403, "APIGW.0302", AuthError, False),
        (400, "DLI.0015", AuthError, False),
        (429, "APIGW.0308", ThrottledError, False),
        (400, "DLI.0999", ApiError, True),
        (500, "", ApiError, True),
        (502, "", ApiError, True),
        (503, "", ApiError, True),
        (504, "", ApiError, True),
        (302, "", ApiError, True),
    ],
)
def test_what_kind_of_error_it_is(
    status: int, code: str, kind: type[ApiError], *, uncertain: bool
) -> None:
    found = error(status, {"error_code": code, "error_msg": "words"})
    assert type(found) is kind
    assert found.uncertain is uncertain


def test_the_whole_sentence() -> None:
    found = error(
        400, {"error_code": "DLI.0006", "error_msg": "The job exists."}, x_request_id="r1"
    )
    assert str(found) == (
        "could not create the job orders-etl: DLI.0006 The job exists (request id r1); "
        "choose another `name`, or take the job over with `adopt_job_id`"
    )
    assert found.request_id == "r1"


@pytest.mark.parametrize("code", CODES)
def test_every_known_code_says_what_to_do(code: str) -> None:
    sentence = str(error(400, {"error_code": code}))
    assert sentence == f"could not {WHAT}: {code} {CODES[code].cause}; {CODES[code].next_step}"


@pytest.mark.parametrize("status", NEXT_STEPS)
def test_every_known_status_says_what_to_do(status: int) -> None:
    assert str(error(status, "")).endswith(f"; {NEXT_STEPS[status]}")


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7.0),
        ("0", 0.0),
        ("9999", 60.0),
        ("Sun, 17 Mar 2030 17:46:50 GMT", 10.0),
        ("Sun, 17 Mar 2030 17:46:30 GMT", 0.0),
        ("Sun, 17 Mar 2031 17:46:30 GMT", 60.0),
        ("soon", None),
        ("-5", None),
        ("", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(header: str, seconds: float | None) -> None:
    assert error(429, "", retry_after=header).retry_after == seconds


def test_hidden_texts_and_floods_are_cut() -> None:
    text = json.dumps({"error_msg": "args were -a 's3cret planted' " + "x" * 5000})
    found = refusal(WHAT, 400, text.encode(), {}, now=NOW, hide=["s3cret planted", "-a"])
    assert "planted" not in f"{found} {found.text}"
    assert len(found.text) == MAX_TEXT
    # What is too short to be a secret would only tear holes into the words.
    assert "args were -a" in found.text


@pytest.mark.parametrize(
    "page",
    [
        "<p>no argument hunter<2>fish</p>",
        "<p>no argument it&#39;s-a-secret</p>",
        "<p>no argument it&apos;s-a-secret</p>",
        "<p>no argument m&uuml;nchen-9</p>",
    ],
)
def test_a_page_repeats_no_secret(page: str) -> None:
    hide = ["hunter<2>fish", "it's-a-secret", "m\u00fcnchen-9"]
    assert refusal(WHAT, 400, page.encode(), {}, now=NOW, hide=hide).text == "no argument [secret]"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["error_code", "code", "message", "error", "is_success", "x"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=10,
)


@given(status=st.integers(300, 599), body=JSON | st.text(max_size=40))
@example(status=300, body={"error_code": "\n"})
def test_any_answer_at_all_makes_one_sentence(status: int, body: Any) -> None:
    text = str(error(status, body))
    assert text.startswith(f"could not {WHAT}: ")
    assert "\n" not in text
