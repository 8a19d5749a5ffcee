"""The kinds of credential, and which one a set of settings amounts to.

One kind is used. The one whose settings come from the nearest source wins; where two
stand in the same source: a ready token, then an access key, then a password. The latter
is worth a warning, because nobody means to give two.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from pulumi_dli.settings.reader import Reader
from pulumi_dli.settings.sources import Sources, looked_at


@dataclass(frozen=True, slots=True)
class Password:
    """A Keystone user. Exactly one of `username` and `user_id` is given.

    A user name is unique in its domain only, so it comes with the domain's name or id.
    """

    password: str = field(repr=False)
    username: str | None = None
    user_id: str | None = None
    domain_name: str | None = None
    domain_id: str | None = None


@dataclass(frozen=True, slots=True)
class Token:
    """A ready token, scoped to the project. It cannot be renewed."""

    token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class AccessKey:
    """An access key (AK/SK); a temporary one comes with its security token."""

    access_key: str = field(repr=False)
    secret_key: str = field(repr=False)
    security_token: str | None = field(default=None, repr=False)


Credentials = Password | Token | AccessKey

_KINDS = {
    "a token": ("token",),
    "an access key": ("accessKey", "secretKey"),
    "a password": ("username", "userId", "password"),
}


def choose(sources: Sources, reader: Reader) -> Credentials | None:
    """The credentials that the settings give.

    None when something is missing, and `reader.problems` says what.
    """
    found = [
        (nearest[1].rank, kind, nearest[1].source)
        for kind, keys in _KINDS.items()
        if (nearest := sources.nearest(*keys))
    ]
    if not found:
        keys = [key for group in _KINDS.values() for key in group]
        reader.problems.append(f"no credentials (looked at {looked_at(*keys)})")
        return None
    # min() keeps the first of equals, so the order of _KINDS decides in the same source.
    rank, kind, _ = min(found, key=lambda entry: entry[0])
    reader.warnings.extend(
        f"{kind} is used to sign in and {other} ({source}) is not: remove one of them"
        for other_rank, other, source in found
        if other != kind and other_rank == rank
    )
    match kind:
        case "a token":
            return _token(reader)
        case "an access key":
            return _access_key(reader)
        case _:
            return _password(reader)


def _token(reader: Reader) -> Token | None:
    token = reader.need("token")
    return Token(reader.header(*token)) if token else None


def _access_key(reader: Reader) -> AccessKey | None:
    access_key, secret_key = reader.need("accessKey"), reader.need("secretKey")
    if access_key is None or secret_key is None:
        return None
    security_token = reader.nearest("securityToken")
    if security_token and security_token[1].rank > access_key[1].rank:
        # A left-over token of another key would make every signature fail.
        reader.warnings.append(
            f"{security_token[1].source} is not used: the access key comes from "
            f"{access_key[1].source}, and a security token belongs to one access key"
        )
        del reader.used["securityToken"]
        security_token = None
    return AccessKey(
        reader.header(*access_key),
        secret_key[1].text,
        reader.header(*security_token) if security_token else None,
    )


def _password(reader: Reader) -> Password | None:
    user, password = reader.need("userId", "username"), reader.need("password")
    # A user id is unique everywhere, a user name only in its domain.
    by_name = user is not None and user[0] == "username"
    domain = (reader.need if by_name else reader.nearest)("domainId", "domainName")
    if user is None or password is None:
        return None
    given = {key: value.text for key, value in filter(None, (user, domain))}
    return Password(
        password[1].text,
        username=given.get("username"),
        user_id=given.get("userId"),
        domain_name=given.get("domainName"),
        domain_id=given.get("domainId"),
    )


def secrets(credentials: Credentials) -> tuple[str, ...]:
    """What must never be read in a line, a log or an error."""
    match credentials:
        case Password(password=password):
            return (password,)
        case Token(token=token):
            return (token,)
        case AccessKey(access_key=access_key, secret_key=secret_key, security_token=token):
            return tuple(text for text in (access_key, secret_key, token) if text)
