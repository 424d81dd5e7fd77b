"""What a server tells at its start: who paints, within which limits, and where things lie."""

import structlog

from app.config import Settings
from app.server.mistyped_settings import mistyped_settings
from app.server.private_files import readable_by_others

log = structlog.get_logger()


def tell_settings(settings: Settings) -> None:
    """Log a line for each thing that an operator looks for; never a secret."""
    log.info("pictures", **_painter(settings))
    log.info(
        "limits",
        paid_a_day=settings.daily_image_limit,
        a_day_each_player=settings.player_daily_image_limit,
        monthly_usd=str(settings.monthly_budget_usd) if settings.monthly_budget_usd else "none",
        images_a_minute=settings.max_requests_per_minute,
        scenes_a_minute=settings.scene_requests_per_minute,
        at_once=settings.max_concurrent_generations,
    )
    log.info(
        "folders",
        database=str(settings.database_file or "in memory"),
        images=str(settings.image_storage_dir.absolute()),
        backups=str(settings.backup_dir.absolute()),
    )
    log.info(
        "callers",
        names=", ".join(settings.allowed_hosts or (settings.host,)),
        origins=", ".join(settings.allowed_origins) or "its own",
        proxies=", ".join(settings.trusted_proxies) or "none",
        admin_token="set" if settings.admin_token else "not set",
    )


def warn_of_settings(settings: Settings) -> None:
    """Log what is most likely not meant."""
    for line in mistyped_settings():
        log.warning(line)
    if opened := readable_by_others(settings):
        log.warning(
            "other users of this machine can read the library: chmod -R go-rwx closes it",
            paths=", ".join(str(path) for path in opened),
        )


def _painter(settings: Settings) -> dict[str, object]:
    if not settings.uses_gemini:
        return {"painter": "local"}
    if settings.gemini_api_key is None:
        return {"painter": "none", "reason": "GEMINI_API_KEY is not set"}
    return {
        "painter": "gemini",
        "model": settings.gemini_model,
        "size": settings.gemini_image_size or "the model's own",
        "timeout_seconds": settings.gemini_timeout_seconds,
    }
