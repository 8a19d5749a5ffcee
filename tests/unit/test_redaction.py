"""Secret values cut out of what the service wrote."""

from __future__ import annotations

import html
import json
import re
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pulumi_dli.console import MASK
from pulumi_dli.job.detail import JobDetail
from pulumi_dli.job.redaction import LONG, MOST_READ, SHORTEST, cut, discreet, hidden, secret_texts

ARGUMENTS = {"entrypoint_args": "--user admin --password=TOPSECRET -n 3 --key abc"}


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("no such user: admin", f"no such user: {MASK}"),
        ("wrong password TOPSECRET", f"wrong password {MASK}"),
        ("wrong password xTOPSECRETx", f"wrong password x{MASK}x"),
        ("%20abc%20 and \\u0020abc", f"%20{MASK}%20 and \\u0020{MASK}"),
        (f"cannot parse {ARGUMENTS['entrypoint_args']}!", f"cannot parse {MASK}!"),
        ("3 attempts failed", "3 attempts failed"),
        ("key abc, 'abc', abc.", f"key {MASK}, '{MASK}', {MASK}."),
        ("abcd and dabc", "abcd and dabc"),
        ("pw_abc, line\\nabc", f"pw_{MASK}, line\\n{MASK}"),
        ("", ""),
    ],
)
def test_arguments_are_cut_out(text: str, seen: str) -> None:
    assert cut(text, secret_texts(ARGUMENTS)) == seen


def test_nothing_is_left_at_which_the_engine_ends() -> None:
    assert cut("<{%nosuch%}> <{<{%fg 1%}>") == "<{ %nosuch%}> <{<{ %fg 1%}>"
    job = JobDetail.from_wire(
        {"job_id": 1, "name": "<{%a%}>", "status": "<{%b%}>", "status_desc": "<{%c%}>"}
    )
    assert (job.name, job.status, job.words) == ("<{ %a%}>", "<{ %b%}>", "<{ %c%}>")


@pytest.mark.parametrize(
    "value",
    [
        'org.X required username="u" password="{}";',
        "jdbc:postgresql://db/shop?user=u&password={}",
        "amqp://u:{}@h",
        '{{"password":"{}","a":1}}',
        "-Dp={},-Dx=1",
        "key:{},b:c",
    ],
)
@pytest.mark.parametrize("part", ["s3cr3tpw", "pw1"])
def test_a_part_of_a_value_is_cut_out(value: str, part: str) -> None:
    for name in ("entrypoint_args", "runtime_config"):
        whole = value.format(part)
        source = {name: whole if name == "entrypoint_args" else {"some.key": whole}}
        assert part not in cut(f"invalid password: {part}", secret_texts(source))


def test_arguments_in_a_list_and_settings_are_cut_out() -> None:
    source: dict[str, Any] = {
        "entrypoint_args": ["--password", "TOPSECRET", 'x="quoted"'],
        "runtime_config": {"key": "HIDDEN", "n": 12345.0, "opts": "-Da=first -Db=second"},
    }
    text = "TOPSECRET HIDDEN 12345 quoted first second"
    assert cut(text, secret_texts(source)) == " ".join([MASK] * 6)


@pytest.mark.parametrize("value", [None, 5, True, {"a": "TOPSECRET"}, [["TOPSECRET"], None]])
def test_arguments_of_a_wrong_type_are_taken_as_they_are(value: Any) -> None:
    secrets = secret_texts({"entrypoint_args": value, "runtime_config": value})
    assert "SECRET" not in cut("TOPSECRET", [*secrets, "TOPSECRET"])


def test_nothing_is_cut_out_where_nothing_is_set() -> None:
    nothing = secret_texts({}, {"entrypoint_args": None, "runtime_config": {}})
    assert cut("all is well", nothing) == "all is well"


FORMS: Mapping[str, Callable[[str], str]] = {
    "plain": str,
    "json": json.dumps,
    "json, not ascii": lambda text: json.dumps(text, ensure_ascii=False),
    "json twice": lambda text: json.dumps(json.dumps(text)),
    "json twice, not ascii": lambda text: json.dumps(
        json.dumps(text, ensure_ascii=False), ensure_ascii=False
    ),
    "java's json": lambda text: (
        json.dumps(text)
        .replace("<", "\\u003c")
        .replace(">", "\\u003e")
        .replace("&", "\\u0026")
        .replace("=", "\\u003d")
        .replace("'", "\\u0027")
    ),
    "json with slashes": lambda text: json.dumps(text).replace("/", "\\/"),
    "python": repr,
    "address": quote,
    "address, whole": lambda text: quote(text, safe=""),
    "form": quote_plus,
    "address in small letters": lambda text: re.sub(
        "%..", lambda code: code[0].lower(), quote(text, safe="")
    ),
    "address in mixed letters": lambda text: re.sub(
        "%..", lambda code: code[0][:2] + code[0][2].lower(), quote(text, safe="")
    ),
    "address of a browser": lambda text: quote(text, safe=";,/?:@&=+$-_.!~*'()#"),
    "address, every character": lambda text: "".join(f"%{each:02x}" for each in text.encode()),
    "address twice": lambda text: quote(quote(text, safe=""), safe=""),
    "page": html.escape,
    "page in numbers": lambda text: "".join(f"&#{ord(each)};" for each in text),
    "page in hexadecimal": lambda text: "".join(f"&#x{ord(each):X};" for each in text),
    "page, as Python's templates write it": lambda text: (
        html.escape(text, quote=False).replace("'", "&#039;").replace('"', "&#34;")
    ),
    "address in a page": lambda text: html.escape(quote(text, safe="'")),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    "secret", ['p"w\\d', "päss/wörd", "a'b'c", "x=<y>&z", "tab\there", "line\nend", "50% off?"]
)
def test_a_secret_is_cut_in_every_form_in_which_a_service_repeats_it(
    form: str, secret: str
) -> None:
    repeated = FORMS[form](secret)
    seen = cut(f"cannot read {repeated} here", [secret])
    assert repeated.strip("\"'\\") not in seen
    assert MASK in seen


secret = st.text(alphabet="abcXYZ019", min_size=SHORTEST, max_size=12)


@given(st.lists(secret, min_size=1, max_size=4), st.dictionaries(secret, secret, max_size=3))
def test_no_secret_is_left(arguments: list[str], config: dict[str, str]) -> None:
    text = f"failed: {' '.join(arguments)} / {list(config.values())} / {arguments[0]}"
    source = {"entrypoint_args": arguments, "runtime_config": config}
    words = cut(text, secret_texts(source)).replace(MASK, "|").split()
    for value in [*arguments, *config.values()]:
        assert value not in words
        assert len(value) < LONG or not any(value in word for word in words)


@given(st.text(max_size=60), st.lists(st.text(max_size=12), max_size=4))
def test_cutting_twice_cuts_nothing_more(text: str, secrets: list[str]) -> None:
    once = cut(text, secrets)
    assert cut(once, secrets) == once or MASK in text


def test_a_secret_that_is_a_word_of_the_mask_leaves_the_mask_whole() -> None:
    assert cut("the secret is TOPSECRET", ["secret", "TOPSECRET"]) == f"the {MASK} is {MASK}"


def test_the_beginning_of_a_secret_that_breaks_off_is_cut() -> None:
    long = "0123456789abcdef" * 4
    assert cut(f"got {long[:40]}… and {long}", [long]) == f"got {MASK}… and {MASK}"


def test_the_beginning_of_a_secret_is_cut_wherever_it_breaks_off() -> None:
    token = "tok-0123456789abcdefREST-OF-TOKEN-98"
    assert cut(f"{token[:20]} {token[:30]} {token}", [token]) == f"{MASK} {MASK} {MASK}"


@pytest.mark.parametrize("before", ["", "u", "us", "use", "user:", '{"password": "'])
@pytest.mark.parametrize("secret", ["TOPSECRET", "p?>~w\xfc?d", "0123456789abcdef-0123456789"])
def test_a_secret_is_cut_out_of_base64(secret: str, before: str) -> None:
    data = f"{before}{secret} behind".encode()
    for code in (b64encode(data), urlsafe_b64encode(data)):
        assert MASK in cut(f"Basic {code.decode()}", [secret])
        assert b64encode(secret.encode()).decode()[2:-4] not in cut(code.decode(), [secret])
    alone = b64encode(secret.encode()).decode()
    assert len(cut(alone, [secret]).replace(MASK, "")) <= 4


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("got 'tok-0123...'", f"got '{MASK}...'"),
        ("got tok-0123…", f"got {MASK}…"),
        ("got tok-01234", f"got {MASK}"),
        ('got "tok-01234".', f'got "{MASK}".'),
        ("…TOKEN-98 is wrong", f"…{MASK} is wrong"),
        ("...'OF-TOKEN-98'", f"...'{MASK}'"),
        ("TOKEN-98 is wrong", f"{MASK} is wrong"),
        ("got REST-OF-TOKEN-98 now", f"got {MASK} now"),
        ("got tok-0123 now", "got tok-0123 now"),  # seven letters more would tell
        ("got tok-…", "got tok-…"),
    ],
)
def test_the_ends_of_a_secret_are_cut_where_it_breaks_off(text: str, seen: str) -> None:
    assert cut(text, ["tok-0123456789abcdefREST-OF-TOKEN-98"]) == seen


def test_a_secret_in_several_forms_at_once_is_cut_in_each() -> None:
    secret = "50%25 off+x<y"
    text = " | ".join(form(secret) for form in FORMS.values())
    seen = cut(text, [secret])
    assert "off" not in seen
    assert seen.count(MASK) == len(FORMS)


def test_what_only_begins_like_a_secret_is_left() -> None:
    text = "cannot read obs://jarfiles/a.jar now"
    assert cut(text, ["obs://jars/in/x.csv"]) == text


def test_a_text_that_repeats_itself_is_looked_through_at_once() -> None:
    assert cut("a" * MOST_READ, ["a" * (2 * MOST_READ)]) == MASK


@pytest.mark.parametrize("written", ["m\\u00FCnchen", "mu\u0308nchen", "m\u00c3\u00bcnchen"])
def test_letters_beyond_ascii_are_known_in_other_forms(written: str) -> None:
    assert cut(f"at {written} now", ["m\u00fcnchen"]) == f"at {MASK} now"


def test_what_nobody_is_shown_is_not_looked_through() -> None:
    assert len(cut("x" * 10 * MOST_READ, ["TOPSECRET"])) == MOST_READ


def test_a_verb_hides_the_secrets_of_what_it_is_given() -> None:
    @discreet
    def verb(_urn: str, *props: Mapping[str, Any]) -> str:
        return cut(f"admin, {len(props)}") + inner({"entrypoint_args": "inner"})

    @discreet
    def inner(_props: Mapping[str, Any]) -> str:
        return cut(" and inner")

    assert verb("urn", ARGUMENTS, {}) == f"{MASK}, 2 and {MASK}"
    assert cut("admin") == "admin"


@pytest.mark.parametrize(
    ("value", "seen"),
    [
        ("TOPSECRET", MASK),
        (["TOPSECRET"], MASK),
        ({"key": "TOPSECRET"}, {"key": MASK}),
        ("", ""),
        (None, None),
        ({}, {}),
    ],
)
def test_a_secret_that_the_program_did_not_set_is_hidden(value: Any, seen: Any) -> None:
    assert hidden(value) == seen
