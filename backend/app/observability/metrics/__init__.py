"""What Prometheus is told. No label grows with players or subjects."""

from app.observability.metrics.recorded import Metrics

__all__ = ["Metrics"]
