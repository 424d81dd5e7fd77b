"""Short ways to write a figure down."""

from collections.abc import Mapping

from prometheus_client.metrics_core import GaugeMetricFamily


def gauge(name: str, help_text: str, value: float) -> GaugeMetricFamily:
    """A figure without labels."""
    return GaugeMetricFamily(f"emberpeak_{name}", help_text, value=value)


def family(name: str, help_text: str, label: str, values: Mapping[str, float]) -> GaugeMetricFamily:
    """A figure for each value of one label."""
    made = GaugeMetricFamily(f"emberpeak_{name}", help_text, labels=[label])
    for label_value, value in values.items():
        made.add_metric([label_value], value)
    return made
