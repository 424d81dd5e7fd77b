"""Which backups are too old."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median_low

from app.services.backup.names import made_at
from app.services.backup.store import BackupStore
from app.services.backup.survey import Survey

_DAY = timedelta(days=1)


class Retention:
    """How long backups are kept, and whether the clock can be believed.

    A clock that is ahead for one run would make everything look too old. So nothing is removed
    across a gap between backups that is longer than the retention, and than two of the usual
    gaps, until the backups after it span the retention themselves.

    Args:
        days: Backups older than that are removed; with 0 all but the newest, by no clock.
        now: The present moment.
    """

    def __init__(self, days: int, now: datetime) -> None:
        self._days = days
        self._now = now

    def is_old(self, made: datetime) -> bool:
        """Whether a backup of that moment is too old."""
        return (self._now - made) / _DAY > self._days

    def doubt(self, moments: Sequence[datetime]) -> str | None:
        """Why nothing is to be removed, in words for a person; empty where that was said before.

        Args:
            moments: When the backups were made, the new one included, oldest first.
        """
        if self._days == 0:
            return None
        past = [moment for moment in moments if moment <= self._now]
        gaps = [later - earlier for earlier, later in pairwise(past)]
        usual = median_low([gap / _DAY for gap in gaps]) if len(gaps) > 1 else 0.0
        longest = timedelta(days=min(max(self._days + 1, 2 * usual), 10**6))
        if moments and moments[-1] - self._now > longest:
            return (
                f"the newest backup is of {moments[-1]:%Y-%m-%d}, and today is said to be "
                f"{self._now:%Y-%m-%d}: one of the clocks was wrong. No old backup is removed "
                "until the wrong one is (rm -r its folder)"
            )
        wide = [number for number, gap in enumerate(gaps) if gap > longest]
        if not wide or self.is_old(past[wide[-1] + 1]):
            return None
        if wide[-1] < len(gaps) - 1:
            return ""
        return (
            f"the backup before this one is of {past[-2]:%Y-%m-%d}, and today is said to be "
            f"{self._now:%Y-%m-%d}: is the clock right? No old backup was removed, and none will "
            f"be until new ones have been made for {self._days} days"
        )


def remove_old(
    survey: Survey, store: BackupStore, new: str, retention: Retention
) -> tuple[list[str], str | None]:
    """Remove backups that are too old, but never the newest good one.

    Returns:
        Their names, and why those that seem too old were kept, where they were.
    """
    damaged = survey.damaged()
    made = {name: moment for name in store.names() if (moment := made_at(name)) is not None}
    # Two names where the clock was set back.
    kept = {new, max(name for name in made if name not in damaged)}
    old = [name for name, moment in made.items() if name not in kept and retention.is_old(moment)]
    doubt = retention.doubt(list(made.values())) if old else None
    if doubt is None:
        for name in old:
            survey.remove(name)
    survey.remove_unnamed()
    return (old if doubt is None else []), doubt or None
