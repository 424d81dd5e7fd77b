"""Which backups are too old."""

from datetime import datetime, timedelta

from app.services.backup.names import made_at
from app.services.backup.store import BackupStore
from app.services.backup.survey import Survey


def remove_old(
    survey: Survey, store: BackupStore, new: str, retention_days: int, now: datetime
) -> list[str]:
    """Remove backups that are too old, but never the newest good one."""
    damaged = survey.damaged()
    names = store.names()
    # Two names where the clock was set back.
    kept = {new, max(name for name in names if name not in damaged)}
    old = [
        name
        for name in names
        if name not in kept
        and (made := made_at(name)) is not None
        and (now - made) / timedelta(days=1) > retention_days
    ]
    for name in old:
        survey.remove(name)
    survey.remove_unnamed()
    return old
