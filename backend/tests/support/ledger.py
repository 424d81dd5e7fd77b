"""What the ledger says, read from the real file as another program would."""

import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from app.config import Settings
from app.services.storage.layout import MARKER
from tests.support.library import execute
from tests.support.patience import PATIENCE_SECONDS


def outcomes(settings: Settings) -> Counter[str]:
    """How many calls ended how."""
    return Counter(dict(execute(settings, "SELECT outcome, count(*) FROM ledger GROUP BY 1")))


def wait_until(condition: Callable[[], bool], seconds: float = PATIENCE_SECONDS) -> None:
    """Wait for something that another thread or process does."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.01)


def assert_rows_and_files_agree(settings: Settings) -> None:
    """Each row has both files, each file its row, and each paid picture its ledger line."""
    rows = execute(settings, "SELECT storage_path_full FROM image_assets")
    known = {Path(path).name for (path,) in rows}
    assert len(known) == len(rows)
    for folder in ("full", "thumbnails"):
        found = {path.name for path in (settings.image_storage_dir / folder).iterdir()} - {MARKER}
        assert found == known
    paid = execute(settings, "SELECT image_id FROM ledger WHERE outcome = 'ok'")
    stored = execute(settings, "SELECT id FROM image_assets")
    assert sorted(paid) == sorted(stored)
    assert execute(settings, "SELECT key FROM generation_leases") == []
