"""Why a server's certificate was refused, in words, and the file of authorities to trust."""

from __future__ import annotations

import ssl

from pulumi_dli.errors import SettingsError
from pulumi_dli.settings.settings import Settings

_UNKNOWN_ISSUER = 20
_CHAIN = {2, 18, 19, _UNKNOWN_ISSUER, 21}
"""OpenSSL's codes where no trusted authority stands behind a certificate."""
_NOT_YET, _EXPIRED = 9, 10
_OTHER_HOST, _OTHER_ADDRESS = 62, 64


def distrust(error: ssl.SSLCertVerificationError) -> str:
    """What is wrong with a certificate, in words that follow "the certificate of HOST"."""
    code = getattr(error, "verify_code", _UNKNOWN_ISSUER)  # unless OpenSSL made the error
    if code in _CHAIN:
        return "is not trusted; name the file of its authority in dli:caCert"
    if code in {_OTHER_HOST, _OTHER_ADDRESS}:
        return (
            "is for another host; check the host in dli:endpoint and dli:authUrl, and proxies on "
            "the way"
        )
    if code == _EXPIRED:
        return "has expired; its owner has to renew it, unless the clock of this machine is wrong"
    if code == _NOT_YET:
        return "is not valid yet; check the clock of this machine"
    return f"cannot be verified ({error.verify_message}); name the right file in dli:caCert"


def trusted(settings: Settings) -> ssl.SSLContext | bool:
    """Whom to trust, as the HTTP library wants it.

    Raises:
        SettingsError: the file with the authorities cannot be used.
    """
    if settings.insecure or settings.ca_cert is None:
        return not settings.insecure
    try:
        return ssl.create_default_context(cafile=settings.ca_cert)
    except (OSError, ValueError) as error:
        reason = "it is not a PEM file with certificates"
        if isinstance(error, OSError) and not isinstance(error, ssl.SSLError):
            reason = str(error.strerror)
        raise SettingsError(
            f"the certificate file {settings.ca_cert} ({settings.values['caCert'].where}) "
            f"cannot be used: {reason}"
        ) from None
