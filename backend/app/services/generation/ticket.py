"""What an order is told at the door: go on, or wait for somebody else."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Ticket:
    """The right to make one call.

    Attributes:
        key: What the picture is of.
        ledger_id: The reserved call; None where calls cost nothing.
        client: Who causes it.
        variation: The number that the picture has among those of its subject.
    """

    key: str
    ledger_id: int | None
    client: str
    variation: int = 0


@dataclass(frozen=True, slots=True)
class Occupied:
    """Somebody makes it already; ``ledger_id`` is that paid call, where it is one."""

    ledger_id: int | None


@dataclass(frozen=True, slots=True)
class Full:
    """All processes together make as many pictures as may be made at once."""
