"""``python -m app.cli.seed``: paint all twenty places ahead of need."""

import os
import time
from typing import Any

import click
import httpx2

from app.cli import console
from app.cli.checkout import CommandError, connected, failing_plainly, own_server
from app.services.scenes.adventure import PLACES

_POLL_SECONDS = 0.5


@click.command(
    epilog="ADMIN_TOKEN and PORT come from the environment or .env, with --url the token from the "
    "environment only. Exit status: 0 all painted, 1 some not, 2 could not work."
)
@click.option("--url", help="Another server than the one of this checkout.")
@click.option("--time-of-day", default="day", show_default=True, help="Hour in words.")
@click.option("--weather", default="clear", show_default=True, help="Weather in words.")
@click.option("--dry-run", is_flag=True, help="Only say what it would cost.")
def main(url: str | None, time_of_day: str, weather: str, *, dry_run: bool) -> int:
    """Paint all twenty places ahead of need; what is there already costs nothing."""
    scenes = [
        {"location": place, "time_of_day": time_of_day, "weather": weather} for place in PLACES
    ]
    with failing_plainly(
        failed="Could not ask the server", stopped="Stopped looking; the server goes on painting."
    ):
        # The token in this checkout's .env is not for other servers.
        address, token = (url, os.environ.get("ADMIN_TOKEN", "")) if url else own_server()
        with connected(address, token, timeout=60) as client:
            return _seed(client, scenes, dry_run=dry_run)


def _seed(client: httpx2.Client, scenes: list[dict[str, str]], *, dry_run: bool) -> int:
    params = {"dry_run": "true"} if dry_run else {}
    response = client.post("/api/v1/scenes/warm", json={"scenes": scenes}, params=params)
    answer = _checked(response, 202)
    estimate = answer["estimate"]
    usd = estimate["usd"]
    price = "at a price that nobody knows" if usd is None else f"for about {usd:.2f} USD"
    console.print(
        f"{estimate['scenes']} places: {estimate['cached']} are there, "
        f"{estimate['to_make']} to paint {price}."
    )
    if dry_run:
        return 0
    return _report(_follow(client, answer["job"]))


def _follow(client: httpx2.Client, job: Any) -> Any:
    progress = console.Progress(job["total"], things="places")
    shown, reason = 0, None
    try:
        while True:
            if job["finished"] > shown:
                progress.advance(job["finished"] - shown)
                shown = job["finished"]
            if job["state"] == "paused" and job["reason"] != reason:
                reason = job["reason"]
                progress.print(f"Waits until {job['resume_at']}: {reason}.")
            if job["state"] in {"done", "cancelled"}:
                return job
            time.sleep(_POLL_SECONDS)
            job = _checked(client.get(f"/api/v1/jobs/{job['id']}"), 200)
    finally:
        progress.finish()


def _report(job: Any) -> int:
    lines = [
        f"{job['generated']} painted, {job['cached']} were there, {job['failed']} failed.",
        *(f"  {item['location']}: {item['error']}" for item in job["items"] if item["error"]),
    ]
    if job["state"] == "cancelled":
        lines.append("The job was cancelled.")
    for line in lines:
        console.print(line)
    return 0 if job["state"] == "done" and not job["failed"] else 1


def _checked(response: httpx2.Response, status: int) -> Any:
    try:
        body = response.json()
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise CommandError("What answers there is no Emberpeak server.")
    if response.status_code == 401:
        if "Authorization" in response.request.headers:
            raise CommandError("The server has another ADMIN_TOKEN than this one.")
        raise CommandError("The server wants its admin token: set ADMIN_TOKEN in the environment.")
    if response.status_code != status:
        raise CommandError(f"The server answered {response.status_code}: {body.get('message')}")
    return body
