"""A figure of ours beside its baseline, the table of all, and a file of them."""

import json
import os
import platform
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, asdict, dataclass
from pathlib import Path

_HEADINGS = ("row", "figure", "baseline", "ratio", "goal", "reached", "before")


@dataclass(frozen=True)
class Row:
    """What was measured, in runs that took turns.

    Attributes:
        name: What the figure is about.
        unit: Unit of figures and baseline.
        ours: The figure in each run.
        baseline: The baseline in each run; empty if the figure stands by itself.
        goal: Smallest ratio of ours to the baseline if more is better, else the largest.
        more_is_better: Whether it is a rate.
        before: The figure of the other checkout in each run, if there is one.
    """

    name: str
    unit: str
    ours: Sequence[float]
    baseline: Sequence[float]
    goal: float
    _: KW_ONLY
    more_is_better: bool = False
    before: Sequence[float] = ()

    @property
    def ratio(self) -> float:
        """Median of ours over the median of the baseline; or the median itself without one."""
        middle = statistics.median(self.ours)
        return middle / statistics.median(self.baseline) if self.baseline else middle

    @property
    def is_reached(self) -> bool:
        """Whether the goal is reached."""
        return self.ratio >= self.goal if self.more_is_better else self.ratio <= self.goal

    @property
    def change(self) -> float | None:
        """Median of ours over that of the other checkout."""
        if not self.before:
            return None
        return statistics.median(self.ours) / statistics.median(self.before)


def table(rows: Sequence[Row], earlier: Mapping[str, float]) -> str:
    """Lay rows out in columns.

    Args:
        rows: What was measured.
        earlier: Ratios of an earlier file, by row; shown if no other checkout was measured.
    """
    lines = [_HEADINGS, *(_cells(row, earlier.get(row.name)) for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(_HEADINGS))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


def write(path: Path, rows: Sequence[Row]) -> None:
    """Write the rows and the machine they were measured on as JSON."""
    machine = {
        "cores": os.cpu_count(),
        "machine": platform.machine(),
        "python": platform.python_version(),
        "system": platform.system(),
    }
    measured = [{**asdict(row), "ratio": row.ratio, "reached": row.is_reached} for row in rows]
    path.write_text(json.dumps({"machine": machine, "rows": measured}, indent=1) + "\n")


def read_ratios(path: Path) -> dict[str, float]:
    """The ratios in a file that ``write`` made, by row."""
    return {row["name"]: row["ratio"] for row in json.loads(path.read_text())["rows"]}


def _cells(row: Row, earlier: float | None) -> tuple[str, ...]:
    before = f"{earlier:.2f}" if earlier is not None else ""
    if row.change is not None:
        before = f"{_spread(row.before, row.unit)}, x {row.change:.2f}"
    return (
        row.name,
        _spread(row.ours, row.unit),
        _spread(row.baseline, row.unit) if row.baseline else "",
        f"{row.ratio:.2f}",
        f"{'>=' if row.more_is_better else '<='} {row.goal:g}",
        "yes" if row.is_reached else "no",
        before,
    )


def _spread(values: Sequence[float], unit: str) -> str:
    middle = statistics.median(values)
    return f"{middle:,.3g} {unit} ({min(values):,.3g}..{max(values):,.3g})"
