"""``python -m app.cli.verify``: the self-check, beside a running server or without one."""

import click

from app.cli import console
from app.cli.checkout import failing_plainly, open_library, own_settings
from app.services.integrity import Report, VerificationService


@click.command(epilog="Exit status: 0 all is well now, 1 something is wrong, 2 could not check.")
@click.option(
    "--repair",
    is_flag=True,
    help="Mark images of earlier versions, make thumbnails again, move strays and damaged files "
    "into quarantine, hide images whose files are missing; no image is deleted.",
)
@click.option(
    "--force",
    is_flag=True,
    help="Repair even if the image folder is not known to be this library's, and mark it as such.",
)
def main(*, repair: bool, force: bool) -> int:
    """Compare database and image folder; harmless beside a running server."""
    with (
        failing_plainly(failed="Could not check", stopped="Stopped; what was mended stays mended."),
        open_library(own_settings()) as (database, storage),
    ):
        report = _run(VerificationService(database, storage), repair=repair, force=force)
    _print(report)
    return 0 if report.is_clean else 1


def _run(verification: VerificationService, *, repair: bool, force: bool) -> Report:
    bar: console.Progress | None = None

    def show(rows: int, total: int) -> None:
        nonlocal bar
        bar = bar or console.Progress(max(total, 1), things="images")
        bar.advance(rows)

    try:
        return verification.run(repair=repair, force=force, progress=show)
    finally:
        if bar is not None:
            bar.finish()


def _print(report: Report) -> None:
    lines = [f"{report.rows} rows and {report.files} files were looked at."]
    lines += [finding.message for finding in report.findings]
    more = report.counts.total() - len(report.findings)
    if more:
        lines.append(f"... and {more} more.")
    lines += [f"{kind.replace('_', ' ')}: {count}" for kind, count in report.counts.items()]
    if report.marked:
        lines.append(f"{report.marked} images say now what made them.")
    if report.unmarked:
        lines.append(
            f"{report.unmarked} images do not say yet what made them: --repair marks them."
        )
    if report.hidden:
        lines.append(f"{report.hidden} images are hidden until their files are back.")
    if report.counts:
        lines.append(f"{report.repaired} of {report.counts.total()} were mended.")
    else:
        lines.append("All is well.")
    for line in lines:
        console.print(line)
