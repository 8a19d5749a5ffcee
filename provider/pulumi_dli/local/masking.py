"""Takes secrets out of what the request log keeps of a request.

Hidden is every value under a name that says so (`entrypoint_args`, `runtime_config`, passwords,
tokens, keys), in any spelling, in the body as in the query, and every longer word of such a value
and of the headers of the sign-in wherever else the request repeats it. Headers themselves are
not kept.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote_plus

from pulumi_dli.local import bodies

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from werkzeug.datastructures import Headers

MASK = "***"
STEMS = (
    *("args", "runtimeconfig", "passw", "passcode", "secret", "token", "credential"),
    *("authoriz", "apikey", "privatekey"),
)
"""What a name holds that hides its value; case, `_` and `-` have no meaning."""
SIGN_IN_HEADERS = ("X-Auth-Token", "X-Subject-Token", "X-Security-Token", "Authorization")
METHODS = frozenset({"password", "token"})
"""Ways to sign in: beside the secret, their objects hold what a reader of the log looks for."""
LONG = 8
"""Characters from which on a word of a secret is hidden elsewhere: `true` and `orders` are not."""
MOST = 1000
"""Of such words; where there are more, only the length of the body is kept."""
_PAIR = re.compile(r"(?P<name>[^=&,?]+?)(?P<is>=|%3[Dd])(?P<value>(?:(?!%2[Cc])[^&,])*)")
_PARTS = re.compile(r"""[\s=,;&"'{}()\[\]]+""")


def masked(path: str, body: bytes, headers: Headers) -> tuple[str, str]:
    """A path with its query, and a body, as the log keeps them: without secrets.

    Of a body that is no JSON object only its length is kept.
    """
    where, question, query = path.partition("?")
    words = {word for name in SIGN_IN_HEADERS for word in _words(headers.get(name, ""))}
    for pair in _PAIR.finditer(query):
        if _hides(unquote_plus(pair["name"])):
            words.update(_words(unquote_plus(pair["value"])))
    query = _PAIR.sub(_masked_pair, query)
    text = ""
    if body:
        try:
            found = bodies.read(body)
            words.update(word for leaf in _secrets(found) for word in _words(leaf))
            text = json.dumps(_masked(found, words)) if len(words) <= MOST else ""
        except (ValueError, RecursionError):
            text = f"({len(body)} bytes that are not JSON)"
    if len(words) > MOST:
        return where, f"({len(body)} bytes with too many secrets)"
    return _without(f"{where}{question}{query}", words), text


def _hides(name: str) -> bool:
    plain = re.sub(r"[\W_]", "", name).lower()
    return any(stem in plain for stem in STEMS)


def _masked_pair(pair: re.Match[str]) -> str:
    value = MASK if _hides(unquote_plus(pair["name"])) else pair["value"]
    return f"{pair['name']}{pair['is']}{value}"


def _is_secret(name: str, value: Any, parent: str, siblings: Mapping[str, Any]) -> bool:
    if value is None:
        return False
    if isinstance(value, dict) and name in METHODS and parent == "identity":
        return False
    # A tag or a setting says its name beside its value.
    says = str(siblings.get("key", "")) if name == "value" else name
    return _hides(says) or (name, parent) == ("id", "token")


def _secrets(value: Any, parent: str = "") -> Iterator[str]:
    """The texts that are hidden where they stand."""
    if isinstance(value, dict):
        for name, item in value.items():
            if _is_secret(name, item, parent, value):
                yield from _leaves(item)
            else:
                yield from _secrets(item, name)
    elif isinstance(value, list):
        for item in value:
            yield from _secrets(item, parent)


def _leaves(value: Any) -> Iterator[str]:
    if isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _leaves(item)
    else:
        yield str(value)


def _masked(value: Any, words: Iterable[str], parent: str = "") -> Any:
    if isinstance(value, dict):
        return {
            _without(name, words): MASK
            if _is_secret(name, item, parent, value)
            else _masked(item, words, name)
            for name, item in value.items()
        }
    if isinstance(value, list):
        return [_masked(item, words, parent) for item in value]
    return _without(value, words) if isinstance(value, str) else value


def _words(text: str) -> Iterator[str]:
    """The parts of a text that are long enough to be told from any word."""
    return (word for word in (text.strip(), *_PARTS.split(text)) if len(word) >= LONG)


def _without(text: str, words: Iterable[str]) -> str:
    for word in sorted(words, key=len, reverse=True):
        for form in (word, quote(word, errors="replace"), quote(word, safe="", errors="replace")):
            text = text.replace(form, MASK)
    return text
