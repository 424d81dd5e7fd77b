"""One row of the table: a figure of ours, its baseline, and how they are to compare."""

import statistics
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """What was measured.

    Attributes:
        name: What the figure is about.
        unit: Unit of figure and baseline.
        ours: The figure in each run.
        baseline: The baseline in each run.
        goal: Largest ratio of ours to the baseline.
    """

    name: str
    unit: str
    ours: list[float]
    baseline: list[float]
    goal: float

    @property
    def ratio(self) -> float:
        """Median of ours to median of the baseline."""
        return statistics.median(self.ours) / statistics.median(self.baseline)

    @property
    def is_reached(self) -> bool:
        """Whether the goal is reached."""
        return self.ratio <= self.goal

    def cells(self) -> tuple[str, ...]:
        """The row of the table."""
        return (
            self.name,
            self._shown(self.ours),
            self._shown(self.baseline),
            f"{self.ratio:.2f}",
            f"<= {self.goal:g}",
            "yes" if self.is_reached else "NO",
        )

    def _shown(self, values: list[float]) -> str:
        middle = statistics.median(values)
        return f"{middle:.3g} {self.unit} ({min(values):.3g}..{max(values):.3g})"


Measure = Callable[[int], Row]
HEADINGS = ("row", "figure", "baseline", "ratio", "goal", "ok")


def table(rows: list[Row]) -> str:
    """Lay rows out in columns."""
    lines = [HEADINGS, *(row.cells() for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEADINGS))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )
