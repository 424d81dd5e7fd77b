"""The admin token: recognised in constant time, and slow to guess."""

import hashlib
import hmac
from functools import partial

import structlog
from pydantic import SecretStr

from app.errors import UnauthorizedError
from app.services.caller import Refusal, needs_token
from app.services.rate_limits import RequestLimits

WRONG_TOKENS_PER_MINUTE = 10

log = structlog.get_logger("app.security")


class OperatorToken:
    """Tells the operator from everyone else by ``ADMIN_TOKEN``; without one, everyone is it."""

    def __init__(self, expected: SecretStr | None, limits: RequestLimits) -> None:
        self._expected = None if expected is None else _digest(expected.get_secret_value())
        self._limits = limits

    def refusal_of(self, offered: str | None, client: str) -> Refusal | None:
        """What answers a caller who is not the operator and should be; None where it is.

        A wrong token is counted and logged, never shown. After too many of them even the right
        one is not looked at: whoever guesses must not learn which it was.
        """
        if self._expected is None:
            return None
        if offered is None:
            return needs_token
        if not self._limits.has_left("tokens", client):
            return partial(self._limits.refusal, "tokens", client)
        if hmac.compare_digest(_digest(offered), self._expected):
            return None
        log.warning("wrong admin token", client=client)
        if not self._limits.try_charge("tokens", client):
            return partial(self._limits.refusal, "tokens", client)
        return _wrong_token


def _wrong_token() -> UnauthorizedError:
    return UnauthorizedError("The admin token is wrong.")


def _digest(token: str) -> bytes:
    # Of equal length for every token, so that the comparison tells nothing about the length.
    return hashlib.sha256(token.encode()).digest()
