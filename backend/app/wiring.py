"""Builds everything when the server starts, and closes it in reverse when it ends."""

import os
from collections.abc import AsyncIterator, Collection
from concurrent.futures import Executor
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

import structlog
from sqlalchemy.exc import SQLAlchemyError

from app.concurrency.supervision import BackgroundWork, Supervisor, Work
from app.concurrency.thread_pool import ContextThreadPool, create_work_pool
from app.config import Settings
from app.database.engine import Database
from app.database.schema import check_schema, refuse_foreign, upgrade_schema
from app.errors import AppError
from app.observability.metrics import Metrics
from app.observability.metrics.exposition import Exposition
from app.observability.metrics.library import Limits
from app.observability.metrics.process import ProcessSampler
from app.observability.sentry import reporting_errors
from app.server.signals import told_to_stop
from app.services.backup.errors import BackupError
from app.services.backup.journal import is_restoring
from app.services.backup.store import BackupStore, place_of
from app.services.billing.circuit_breaker import CircuitBreaker
from app.services.billing.ledger import Ledger
from app.services.billing.limits import Allowance
from app.services.billing.prices import MICRO, price_of
from app.services.billing.refused_prompts import RefusedPrompts
from app.services.billing.report import SpendingService
from app.services.container import Services
from app.services.coordination.heartbeat import Heartbeat
from app.services.coordination.leases import Leases
from app.services.generation.make import ImageMaker
from app.services.generation.precheck import Bounds, Precheck
from app.services.generation.provider import ImageProvider
from app.services.generation.queue import GenerationQueue
from app.services.generation.reserve import Reservations
from app.services.generation.service import GenerationService
from app.services.generation.settle import Settlement
from app.services.health import HEALTH_SECONDS, HealthService
from app.services.integrity import VerificationService
from app.services.jobs import JobRunner, JobService, WarmJobs
from app.services.library.galleries import GalleryService
from app.services.library.images import ImageService
from app.services.library.known_files import known_names
from app.services.library.lost_images import take_back_lost
from app.services.library.pruning import Pruning
from app.services.library.purge import PurgeService
from app.services.library.response_cache import ResponseCache
from app.services.library.usage import UsageRecorder
from app.services.migration import MigrationService
from app.services.players.admin import WRONG_TOKENS_PER_MINUTE, OperatorToken
from app.services.players.growth import Growth
from app.services.players.rate_limits import RequestLimits
from app.services.players.saves import SaveService
from app.services.providers.factory import create_provider
from app.services.providers.pixel_artist import PixelArtist
from app.services.scenes.cache import CacheService
from app.services.scenes.preview import PreviewService
from app.services.scenes.service import SceneService
from app.services.statistics import MaintenanceService
from app.services.storage import StorageService

log = structlog.get_logger()

# After the model's own time-out a picture still has to be encoded and stored.
_STORING_SECONDS = 10.0
# The same with all pauses between tries, where another program holds the database.
_STORING_AT_WORST_SECONDS = 120.0


@asynccontextmanager
async def running_services(
    settings: Settings, metrics: Metrics, health_seconds: float = HEALTH_SECONDS
) -> AsyncIterator[Services]:
    """Build the services, sweep up after a crash, and close everything at the end."""
    async with AsyncExitStack() as stack:
        stack.enter_context(reporting_errors(settings.sentry_dsn))
        base = _open_foundation(stack, settings, metrics)
        database, storage, cache, usage = base.database, base.storage, base.cache, base.usage
        money = _open_ledger(stack, settings, base)
        limits = _request_limits(settings, metrics)
        generation = _open_generation(settings, metrics, base, money, limits)
        stack.push_async_callback(
            generation.close, settings.gemini_timeout_seconds + _STORING_SECONDS
        )
        scenes = SceneService(database, cache, generation, usage, metrics, storage)
        jobs = WarmJobs(cache, money.usd_per_picture)
        runner = JobRunner(database, jobs, scenes, money.leases)
        _keep_running(stack, base.supervisor, "jobs", runner.keep_running)
        pruning = Pruning(database, base.purge, money.leases)
        _keep_running(stack, base.supervisor, "pruning", pruning.keep_pruning)
        watching = _open_watching(stack)
        health = _health(base, money.breaker, watching, health_seconds)
        stopping = told_to_stop(stack)
        saves = SaveService(database, base.growth)
        yield Services(
            settings=settings,
            previews=PreviewService(base.pool),
            images=ImageService(
                database, storage, usage, timedelta(days=settings.backup_retention_days)
            ),
            galleries=GalleryService(database, generation, settings.max_images_per_item),
            scenes=scenes,
            responses=ResponseCache(database, storage),
            saves=saves,
            limits=limits,
            operator_token=OperatorToken(settings.admin_token, limits),
            migration=MigrationService(
                database, storage, cache, saves, base.growth, base.pool, at_once=_cores() + 1
            ),
            maintenance=MaintenanceService(database, cache, usage),
            purge=base.purge,
            health=health,
            exposition=_open_exposition(stack, settings, base, metrics, money, health, watching),
            spending=money.spending,
            jobs=JobService(database, jobs, runner),
            verification=_open_verification(stack, database, storage),
            stopping=stopping,
        )


@dataclass(frozen=True, slots=True)
class _Foundation:
    """What the rules stand on."""

    pool: Executor
    database: Database
    storage: StorageService
    purge: PurgeService
    backups: BackupStore
    provider: ImageProvider
    cache: CacheService
    usage: UsageRecorder
    growth: Growth
    supervisor: Supervisor


def _open_foundation(stack: AsyncExitStack, settings: Settings, metrics: Metrics) -> _Foundation:
    pool = stack.enter_context(create_work_pool())
    database = _open_database(stack, settings, metrics)
    storage = _open_storage(stack, settings, pool)
    _refuse_while_restoring(settings, database)
    purge = PurgeService(database, storage, timedelta(days=settings.backup_retention_days))
    _sweep(database, storage, purge)
    _take_back(database, storage)
    provider = create_provider(settings, PixelArtist(pool))
    stack.push_async_callback(provider.close)
    cache = CacheService(timedelta(days=settings.cache_expiry_days), has_model=settings.uses_gemini)
    usage = UsageRecorder(database, cache)
    stack.push_async_callback(usage.flush)
    supervisor = Supervisor(metrics.count_death)
    _keep_running(stack, supervisor, "usage", usage.keep_flushing)
    backups = BackupStore(settings.backup_dir)
    growth = Growth(settings.client_daily_mb * 2**20, settings.library_limit_gb * 2**30)
    return _Foundation(
        pool, database, storage, purge, backups, provider, cache, usage, growth, supervisor
    )


def _open_database(stack: AsyncExitStack, settings: Settings, metrics: Metrics) -> Database:
    refuse_foreign(settings.database_file)
    database = Database(settings.database_url, metrics.observe_write)
    stack.callback(database.close)
    if database.in_memory:
        upgrade_schema(database.writer)
    else:
        check_schema(database.writer)
    return database


def _open_storage(stack: AsyncExitStack, settings: Settings, executor: Executor) -> StorageService:
    storage = StorageService(
        settings.image_storage_dir,
        executor,
        quality=settings.webp_quality,
        thumbnail_side=settings.thumbnail_size,
        max_bytes=settings.max_image_size_mb * 2**20,
    )
    stack.callback(storage.close)
    return storage


def _refuse_while_restoring(settings: Settings, database: Database) -> None:
    """Stay away from a restore that began while this server was starting.

    Only now, since a restore refuses as soon as it sees this instance in the image folder.
    """
    if not database.in_memory and is_restoring(place_of(settings)):
        raise BackupError("a restore was cut off just now: start again, which ends it")


def _open_verification(
    stack: AsyncExitStack, database: Database, storage: StorageService
) -> VerificationService:
    verification = VerificationService(database, storage)
    stack.callback(verification.close)
    return verification


@dataclass(frozen=True, slots=True)
class _Money:
    """What watches over paid calls."""

    ledger: Ledger | None
    leases: Leases
    breaker: CircuitBreaker
    spending: SpendingService
    usd_per_picture: float | None


def _open_ledger(stack: AsyncExitStack, settings: Settings, base: _Foundation) -> _Money:
    allowance = Allowance(
        per_day=settings.daily_image_limit,
        per_player=settings.player_daily_image_limit,
        monthly_usd=settings.monthly_budget_usd,
    )
    ledger = Ledger(allowance, settings.gemini_model, settings.gemini_image_size)
    paid_by = ledger if base.provider.paid else None
    leases = Leases(base.database, base.storage.instances)
    heartbeat = Heartbeat(base.database, base.storage.instances, leases, paid_by)
    _keep_running(stack, base.supervisor, "heartbeat", heartbeat.keep_beating)
    price = price_of(settings.gemini_model, settings.gemini_image_size)
    if not base.provider.paid:
        price = 0
    usd = price / MICRO if price is not None else None
    return _Money(
        paid_by,
        leases,
        _breaker(paid_by),
        SpendingService(base.database, base.usage.hits, allowance, settings.gemini_model, price),
        usd_per_picture=usd,
    )


def _open_generation(
    settings: Settings,
    metrics: Metrics,
    base: _Foundation,
    money: _Money,
    limits: RequestLimits,
) -> GenerationService:
    refused_prompts = RefusedPrompts(settings.gemini_model)
    bounds = Bounds(money.leases, money.ledger, refused_prompts, base.growth)
    at_once = settings.max_concurrent_generations
    # A failure that comes just before the time-out may be followed by one more try.
    longest_call = timedelta(
        seconds=2 * settings.gemini_timeout_seconds + _STORING_AT_WORST_SECONDS
    )
    maker = ImageMaker(base.provider, base.storage, money.breaker, metrics)
    return GenerationService(
        Precheck(base.database, base.storage, maker, bounds, limits, metrics),
        Reservations(base.database, bounds, metrics, at_once, longest_call),
        maker,
        Settlement(base.database, base.storage, bounds),
        GenerationQueue(at_once, metrics, money.leases if money.ledger is not None else None),
        limits,
    )


def _breaker(paid_by: Ledger | None) -> CircuitBreaker:
    refusal = paid_by.limits.standing_refusal() if paid_by is not None else None
    if refusal is not None:
        log.warning("no picture will be made with these settings", reason=refusal.message)
    return CircuitBreaker(refusal)


def _health(
    base: _Foundation, breaker: CircuitBreaker, watching: Executor, seconds: float
) -> HealthService:
    return HealthService(
        base.database,
        base.storage,
        base.provider,
        breaker,
        base.backups,
        base.growth,
        base.supervisor,
        watching,
        seconds=seconds,
    )


def _open_watching(stack: AsyncExitStack) -> Executor:
    pool = ContextThreadPool(4, "watching")
    # A look at a dead network disk does not come back; nobody needs what it would say.
    stack.callback(pool.shutdown, wait=False, cancel_futures=True)
    return pool


def _open_exposition(
    stack: AsyncExitStack,
    settings: Settings,
    base: _Foundation,
    metrics: Metrics,
    money: _Money,
    health: HealthService,
    watching: Executor,
) -> Exposition:
    sampler = ProcessSampler(metrics, base.database)
    _keep_running(stack, base.supervisor, "sampler", sampler.keep_looking)
    return Exposition(
        metrics,
        sampler,
        base.database,
        base.cache,
        Limits(settings.daily_image_limit, settings.monthly_budget_usd),
        money.leases,
        health,
        watching,
    )


def _request_limits(settings: Settings, metrics: Metrics) -> RequestLimits:
    return RequestLimits(
        {
            "images": settings.max_requests_per_minute,
            "scenes": settings.scene_requests_per_minute,
            "ahead": settings.scene_requests_per_minute,
            "migrations": settings.migrate_requests_per_minute,
            "tokens": WRONG_TOKENS_PER_MINUTE,
        },
        metrics,
    )


def _cores() -> int:
    return os.cpu_count() or 1


def _sweep(database: Database, storage: StorageService, purge: PurgeService) -> None:
    if database.in_memory:
        return  # it knows no picture yet, so every picture would look like a stray
    try:
        if finished := purge.finish():
            log.warning("finished a purge that was cut short", pictures=finished)
    except SQLAlchemyError:
        log.exception("a purge that was cut short waits for the next one")

    def known(names: Collection[str]) -> set[str]:
        with database.reading() as session:
            return known_names(session, names)

    try:
        for folder in storage.adopt_former():
            log.warning("not taken over, since it is not all of our making", folder=str(folder))
        report = storage.sweep(known)
    except OSError as error:
        log.warning("what a crash left stays until the next start", reason=str(error))
        return
    if report.temporaries_deleted or report.strays_moved:
        log.warning(
            "cleared up after a crash",
            temporary_files_deleted=report.temporaries_deleted,
            files_put_aside=report.strays_moved,
            folder=str(storage.quarantine),
        )
    if report.strays_left:
        log.error(
            "most files in the image folder belong to no row, and were left where they are: "
            "is this the right database?",
            files=len(report.strays_left),
            folder=str(storage.folder),
        )


def _take_back(database: Database, storage: StorageService) -> None:
    if database.in_memory:
        return
    try:
        returned = take_back_lost(database, storage)
    except (AppError, SQLAlchemyError) as error:
        log.warning("pictures in quarantine could not be put back", reason=str(error))
        return
    if returned:
        log.warning("put back from quarantine what rows know", pictures=returned)


def _keep_running(
    stack: AsyncExitStack, supervisor: Supervisor, name: BackgroundWork, work: Work
) -> None:
    supervisor.start(name, work)
    stack.push_async_callback(supervisor.stop, name)
