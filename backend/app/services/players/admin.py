"""The admin token: recognised in constant time, and slow to guess."""

import hashlib
import hmac
from functools import partial

import structlog
from pydantic import SecretStr

from app.errors import UnauthorizedError
from app.services.players.identity import Refusal, needs_token
from app.services.players.rate_limits import RequestLimits

WRONG_TOKENS_PER_MINUTE = 10

log = structlog.get_logger("app.security")


class OperatorToken:
    """Tells the operator from everyone else by ``ADMIN_TOKEN``.

    Without one, programs on this machine are the operator.
    """

    def __init__(self, expected: SecretStr | None, limits: RequestLimits) -> None:
        self._expected = None if expected is None else _digest(expected.get_secret_value())
        self._limits = limits

    def refusal_of(self, offered: str | None, client: str, *, is_local: bool) -> Refusal | None:
        """What answers a caller who is not the operator and should be; None where it is.

        Args:
            offered: The token that was sent.
            client: Address that wrong tokens are counted for.
            is_local: Whether the request comes straight from this machine.

        A wrong token is counted and logged, never shown. After too many of them even the right
        one is not looked at: whoever guesses must not learn which it was.
        """
        if self._expected is None:
            return None if is_local else _no_token_is_set
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


def _no_token_is_set() -> UnauthorizedError:
    return UnauthorizedError(
        "Only the operator may do this. No ADMIN_TOKEN is set here, so that only a program on the "
        "server's own machine may, past every proxy: set ADMIN_TOKEN, start again, and send it "
        "as 'Authorization: Bearer ...'.",
        detail={"reason": "no_admin_token"},
    )


def _wrong_token() -> UnauthorizedError:
    return UnauthorizedError("The admin token is wrong.")


def _digest(token: str) -> bytes:
    # Of equal length for every token, so that the comparison tells nothing about the length.
    return hashlib.sha256(token.encode()).digest()
