"""``python -m app.cli NAME ...``: what the scripts run.

Python itself ends with 1 where a package is missing or a program has a fault. A command's 1 says
something else, such as that a backup was made.
"""

import importlib
import sys
import traceback

from app.cli.speech import complain

# A restore that ended in its midst may have begun.
_UNEXPECTED = {"restore": 1}


def main() -> int:
    """Run the command named first; 2 where it could not begin or ended by a fault of its own."""
    name, *arguments = sys.argv[1:]
    try:
        command = importlib.import_module(f"app.cli.{name}")
    except Exception as error:  # noqa: BLE001 - whatever a broken package raises
        complain(f"{name} cannot begin: {error}. Is .venv whole? scripts/install.sh fills it.")
        return 2
    try:
        status: int = command.main(arguments)
    except Exception:  # noqa: BLE001 - the status must stay true
        traceback.print_exc()
        return _UNEXPECTED.get(name, 2)
    return status


if __name__ == "__main__":
    sys.exit(main())
