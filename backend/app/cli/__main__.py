"""``python -m app.cli NAME ...``: what the scripts run.

Python itself ends with 1 if a package is missing or a program has a fault. A command's 1 means
something else, for example that a backup was made.
"""

import sys
import traceback

from app.cli import console

# A restore that ended in its midst may have begun.
_UNEXPECTED = {"restore": 1}


def main() -> int:
    """Run the command named first; 2 if it could not begin or ended by a fault of its own."""
    name = sys.argv[1] if len(sys.argv) > 1 else ""
    try:
        from app.cli.commands import run  # a package may be missing

        return run()
    except ImportError as error:
        console.error(f"{name} cannot begin: {error}. Is .venv whole? scripts/install.sh fills it.")
        return 2
    except Exception:  # noqa: BLE001 - the status must stay true
        traceback.print_exc()
        return _UNEXPECTED.get(name, 2)


if __name__ == "__main__":
    sys.exit(main())
