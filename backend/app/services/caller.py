"""Who asks: the rules about limits and permissions need no more than this."""

import hashlib
from dataclasses import dataclass

from app.errors import UnauthorizedError


@dataclass(frozen=True, slots=True)
class Caller:
    """The asking client and player.

    Attributes:
        client: Address that rate limits are counted for.
        player_hash: SHA-256 of the player's cookie, or None where none was sent.
        is_admin: Whether the admin token was sent, or none is set.
        request_id: Id of the HTTP request.
    """

    client: str
    player_hash: str | None
    is_admin: bool
    request_id: str

    @property
    def known_player(self) -> str:
        """The player's hash, on routes that give every caller a cookie."""
        if self.player_hash is None:
            raise LookupError("this route did not give its caller a cookie")
        return self.player_hash

    def require_admin(self) -> None:
        """Stop everyone but the operator.

        Raises:
            UnauthorizedError: When the admin token is needed and was not sent.
        """
        if not self.is_admin:
            raise UnauthorizedError("This needs the admin token as 'Authorization: Bearer ...'.")

    def require_owner(self, player_hash: str | None) -> None:
        """Stop everyone but the operator and the player who caused the picture.

        Raises:
            UnauthorizedError: When the caller is neither.
        """
        if player_hash is None or player_hash != self.player_hash:
            self.require_admin()


def hash_player(player_id: str) -> str:
    """What is stored of a player's cookie: enough to recognise it, not enough to forge it."""
    return hashlib.sha256(player_id.encode()).hexdigest()
