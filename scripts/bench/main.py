"""``python -m scripts.bench.main``: measure the rows and print the table."""

import argparse
import sys

from scripts.bench import cached_scene, migration
from scripts.bench.row import Measure, table

_ROWS: dict[str, Measure] = {
    "cached-scene": cached_scene.measure,
    "migration": migration.measure,
}


def main() -> int:
    """Gives 0 where every goal is reached, else 1."""
    parser = argparse.ArgumentParser(prog="scripts/bench.sh", description="Measure the figures.")
    parser.add_argument("rows", nargs="*", metavar="row", help=f"of {', '.join(_ROWS)}; or all")
    parser.add_argument("--runs", type=int, default=5, help="of each row (%(default)s)")
    options = parser.parse_args()
    unknown = set(options.rows) - set(_ROWS)
    if unknown or options.runs < 1:
        parser.error(f"rows are {', '.join(_ROWS)}, and runs at least 1")
    rows = [_ROWS[name](options.runs) for name in options.rows or _ROWS]
    print(table(rows))
    return 0 if all(row.is_reached for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
