"""Who asks: the rules about limits and permissions need no more than this."""

import hashlib
import ipaddress
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from app.concurrency.disconnect import Left
from app.errors import AppError, UnauthorizedError

# Stands where an address does for what the operator's own jobs cause; no address reads so.
OPERATOR = "operator"


Refusal = Callable[[], AppError]


def needs_token() -> UnauthorizedError:
    """Make the answer to a caller without the admin token that is needed."""
    return UnauthorizedError("This needs the admin token as 'Authorization: Bearer ...'.")


@dataclass(frozen=True, slots=True)
class Caller:
    """The asking client and player.

    Attributes:
        client: Address that rate limits are counted for; ``OPERATOR`` if a job asks.
        player_hash: SHA-256 of the player's cookie, or None if none was sent.
        is_admin: Whether the admin token was sent, or none is set and this machine asks.
        refusal: Makes the answer to what only the operator may do; an open route counts none.
        left: Tells when the client has hung up, or None if there is no connection.
        sent_token: Whether the admin token was sent, and is right.
        sent_cookie: Whether ``player_hash`` is of a cookie that was sent, not of one that the
            answer will set.
    """

    client: str
    player_hash: str | None
    is_admin: bool
    request_id: str
    refusal: Refusal | None = None
    left: Left | None = None
    sent_token: bool = False
    sent_cookie: bool = False

    @property
    def known_player(self) -> str:
        """The player's hash, on routes that give every caller a cookie."""
        if self.player_hash is None:
            raise LookupError("this route did not give its caller a cookie")
        return self.player_hash

    @property
    def adds_as(self) -> str:
        """In whose day what is added counts: the operator's, which has no end, or the client's."""
        return OPERATOR if self.sent_token else self.client

    def require_admin(self) -> None:
        """Stop everyone but the operator."""
        if not self.is_admin:
            refused = (self.refusal or needs_token)()
            raise refused

    def may_manage(self, player_hash: str | None) -> bool:
        """Whether this is the operator, or the player who caused the image."""
        return self.is_admin or (player_hash is not None and player_hash == self.player_hash)

    def require_owner(self, player_hash: str | None) -> None:
        """Stop everyone but the operator and the player who caused the image."""
        if not self.may_manage(player_hash):
            self.require_admin()


def hash_player(player_id: str) -> str:
    """What is stored of a player's cookie: enough to recognise it, not enough to forge it."""
    return hashlib.sha256(player_id.encode()).hexdigest()


@lru_cache(maxsize=4096)
def client_address(peer: str) -> str:
    """What limits are counted for.

    An IPv6 client has at least the 2^64 addresses of its network, so that the network is counted;
    an IPv4 address in IPv6 form is the IPv4 one. What is no address, such as a trusted proxy's
    ``unknown``, shares one count.
    """
    try:
        address = ipaddress.ip_address(peer.partition("%")[0])
    except ValueError:
        return "unknown"
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    if address.is_loopback:
        return str(address)
    return str(ipaddress.ip_network((int(address), 64), strict=False))
