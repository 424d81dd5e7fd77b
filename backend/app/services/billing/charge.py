"""Who causes a paid call, and for what."""

from dataclasses import dataclass

from app.services.players.identity import OPERATOR


@dataclass(frozen=True, slots=True)
class Charge:
    """Who causes a paid call, and for what.

    Attributes:
        key: What the picture is of; the same for the same lease.
        client: Address of the client.
        player_hash: The player, where known and where it is the player's own doing.
        is_low_priority: Painted ahead of need, for which there is less.
        is_forced: The caller asks again although there is an answer already.
    """

    key: str
    client: str
    player_hash: str | None
    is_low_priority: bool = False
    is_forced: bool = False

    @property
    def is_operators(self) -> bool:
        """Whether it counts for the day and the month only, and for no player's allowance."""
        return self.client == OPERATOR
