"""What an order is told at the door: go on, or wait for somebody else."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Ticket:
    """The right to make one call; ``ledger_id`` is None where calls cost nothing."""

    key: str
    ledger_id: int | None


@dataclass(frozen=True, slots=True)
class Occupied:
    """Somebody makes it already; ``ledger_id`` is that paid call, where it is one."""

    ledger_id: int | None
