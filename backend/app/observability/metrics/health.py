"""What /health finds, for Prometheus: a state that only the page told would wake nobody."""

from collections.abc import Iterable

from prometheus_client.metrics_core import Metric

from app.observability.metrics.families import family, gauge
from app.services.health import HealthReport


def health_figures(report: HealthReport) -> Iterable[Metric]:
    """The checks, the image folder, the room on each disk, and the newest backup if known."""
    yield family(
        "health",
        "1 where this part of /health works, 0 where its reasons say why not.",
        "check",
        {check: float(works) for check, works in report.works.items()},
    )
    yield gauge(
        "storage_up",
        "1 where the image folder is there, with originals where the library has any.",
        report.storage not in {"empty", "error"},
    )
    yield family(
        "storage_free_bytes",
        "Room left on the pictures' disk, and on the database's where that is another; "
        "none for a disk that does not say.",
        "disk",
        {disk: float(free) for disk, free in report.known_room.items()},
    )
    if report.backups != "error":
        made_at = report.last_backup_at
        yield gauge(
            "backup_last_success_timestamp_seconds",
            "When the newest backup was made; 0 where there is none.",
            made_at.timestamp() if made_at else 0,
        )
