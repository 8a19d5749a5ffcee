"""The keys that sign requests for objects: those of the settings, or temporary ones.

The object service takes no token. Who signs in by password, token or agency gets temporary keys
from the identity service: one request, whose answer all threads use until it is worn.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple, Protocol

from pulumi_dli.client.keystone import TEMPORARY_KEYS
from pulumi_dli.client.transport import Transport
from pulumi_dli.clock import Clock
from pulumi_dli.errors import ApiError, AuthError
from pulumi_dli.once import Renewed

_LIFE = 3600
"""Seconds that temporary keys are asked for; the service allows 900 to 86400."""
_WORN = 0.9
"""The part of their life after which they are renewed."""
_MOST = 8192
"""Characters of what goes into a header."""


@dataclass(frozen=True, slots=True)
class Keys:
    """An access key, with the security token of a temporary one."""

    access_key: str
    secret_key: str = field(repr=False)
    security_token: str = field(default="", repr=False)

    @property
    def secrets(self) -> tuple[str, ...]:
        """What must never be read in a line, a log or an error."""
        return tuple(filter(None, (self.access_key, self.secret_key, self.security_token)))


class KeySource(Protocol):
    """Gives keys that are good now."""

    def get(self, refused: Keys | None = None) -> Keys:
        """The keys; others than those that were refused, where there are any."""
        ...

    def secrets(self) -> tuple[str, ...]:
        """What no error may repeat, of the keys that are known."""
        ...

    def brief(self) -> KeySource:
        """The same, for requests that may hold nothing up."""
        ...


class GivenKeys:
    """The keys of the settings."""

    def __init__(self, keys: Keys) -> None:
        self._keys = keys

    def get(self, refused: Keys | None = None) -> Keys:
        """The keys, refused or not."""
        del refused
        return self._keys

    def secrets(self) -> tuple[str, ...]:
        """What no error may repeat."""
        return self._keys.secrets

    def brief(self) -> KeySource:
        """The same: they are here."""
        return self


class _Lasting(NamedTuple):
    """Keys, and when they are renewed, in epoch seconds."""

    keys: Keys
    renew_at: float


class FetchedKeys:
    """Temporary keys, fetched when the first request needs them, and anew when they are worn.

    Threads that need them meanwhile wait for the one that fetches them.

    Args:
        identity: sends requests to the identity service, signed in.
        clock: time.
    """

    def __init__(self, identity: Transport, clock: Clock) -> None:
        self._identity = identity
        self._clock = clock
        self._renewed: Renewed[_Lasting] = Renewed()

    def get(self, refused: Keys | None = None) -> Keys:
        """The keys; anew, unless another thread did so, where those were refused.

        Raises:
            DliError: the identity service refused, could not be reached, or gave none.
        """

        def worn(found: _Lasting) -> bool:
            return found.keys is refused or self._clock.epoch() >= found.renew_at

        found = self._renewed.current(worn)
        if found is None:
            try:
                found = self._fetched()
            except BaseException:
                self._renewed.fail()
                raise
            self._renewed.renew(found)
        return found.keys

    def secrets(self) -> tuple[str, ...]:
        """What no error may repeat, of the keys that were fetched last."""
        found = self._renewed.latest
        return () if found is None else found.keys.secrets

    def brief(self) -> KeySource:
        """The same, which share what was fetched, and are given seconds where they must fetch."""
        other = copy.copy(self)
        other._identity = self._identity.brief()  # noqa: SLF001 -- our own copy
        return other

    def _fetched(self) -> _Lasting:
        what = "get temporary keys for OBS from the identity service"
        wanted = {"methods": ["token"], "token": {"duration_seconds": _LIFE}}
        body = {"auth": {"identity": wanted}}
        try:
            answer = self._identity.request("POST", TEMPORARY_KEYS, what=what, json=body)
        except ApiError as error:
            if not isinstance(error, AuthError):
                raise
            raise AuthError(
                f"{error}; or give keys in dli:accessKey and dli:secretKey",
                status=error.status,
                code=error.code,
                text=error.text,
                request_id=error.request_id,
            ) from None
        asked_at = self._clock.epoch()
        credential = answer.get("credential") if isinstance(answer, dict) else None
        found = credential if isinstance(credential, dict) else {}
        texts = [found.get(name) for name in ("access", "secret", "securitytoken")]
        access_key, secret_key, token = (text if _fits(text) else "" for text in texts)
        if not (access_key and secret_key and token):
            raise AuthError(f"could not {what}: the answer has no keys", status=201)
        life = min(_left(found.get("expires_at"), asked_at), 24 * _LIFE)
        return _Lasting(Keys(access_key, secret_key, token), asked_at + _WORN * life)


def _fits(text: object) -> bool:
    """Whether a value of the answer can stand in a header."""
    return isinstance(text, str) and text.isascii() and text.isprintable() and len(text) <= _MOST


def _left(expires_at: Any, now: float) -> float:
    """Seconds until the keys end; an answer that does not say so gives what was asked for."""
    try:
        moment = datetime.fromisoformat(expires_at)
        return moment.replace(tzinfo=moment.tzinfo or UTC).timestamp() - now
    except (OverflowError, TypeError, ValueError):
        return _LIFE
