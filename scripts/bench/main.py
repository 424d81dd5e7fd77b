"""``python -m scripts.bench.main``: measure the rows and print the table."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from scripts.bench import hot, images, library, start
from scripts.bench.figures import Row, read_ratios, table, write

_GROUPS = ("hot", "library", "images", "start")


def main() -> int:
    """Gives 0 if every goal is reached, else 1."""
    options = _options()
    measures: dict[str, Callable[[], list[Row]]] = {
        "hot": lambda: hot.measure(options.runs, options.requests, options.against),
        "library": lambda: library.measure(
            options.runs, options.requests, options.scale, options.against
        ),
        "images": lambda: images.measure(options.runs, options.against),
        "start": lambda: start.measure(options.runs, options.against),
    }
    rows: list[Row] = []
    for group in options.groups or _GROUPS:
        rows += measures[group]()
        print(f"measured: {group}", file=sys.stderr)
    print(table(rows, read_ratios(options.compare) if options.compare else {}))
    if options.json:
        write(options.json, rows)
    return 0 if all(row.is_reached for row in rows) else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/bench.sh", description="Measure the figures.")
    parser.add_argument("groups", nargs="*", metavar="group", help=f"{', '.join(_GROUPS)}; or all")
    parser.add_argument("--runs", type=int, default=5, help="of each row (%(default)s)")
    parser.add_argument("--requests", type=int, default=3200, help="of a run (%(default)s)")
    parser.add_argument(
        "--scale", type=int, default=20_000, help="images in the large library (%(default)s)"
    )
    parser.add_argument("--against", type=Path, help="another checkout, measured in turns")
    parser.add_argument("--json", type=Path, help="file to write")
    parser.add_argument("--compare", type=Path, help="file of an earlier run")
    options = parser.parse_args()
    if set(options.groups) - set(_GROUPS) or min(options.runs, options.requests) < 1:
        parser.error(f"groups are {', '.join(_GROUPS)}; runs and requests are at least 1")
    return options


if __name__ == "__main__":
    sys.exit(main())
