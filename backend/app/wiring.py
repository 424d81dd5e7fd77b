"""Builds everything when the server starts, and closes it in reverse when it ends."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from concurrent.futures import Executor
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING

import structlog

from app import __version__
from app.concurrency.supervision import BackgroundWork, Supervisor, Work
from app.concurrency.thread_pool import ContextThreadPool, create_work_pool
from app.config import Settings
from app.database.engine import Database
from app.database.schema import check_schema, refuse_foreign, upgrade_schema
from app.observability.metrics import Metrics
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
from app.services.exposition import Exposition
from app.services.generation.make import ImageMaker
from app.services.generation.precheck import Bounds, Precheck
from app.services.generation.provider import ImageProvider
from app.services.generation.queue import GenerationQueue
from app.services.generation.reserve import Reservations
from app.services.generation.service import GenerationService
from app.services.generation.settle import Settlement
from app.services.health import HEALTH_SECONDS, HealthService
from app.services.imports.service import ToolImport
from app.services.imports.uploads import ImportService
from app.services.integrity import VerificationService
from app.services.jobs import JobRunner, JobService, WarmJobs
from app.services.library.cleanup import Pruning
from app.services.library.galleries import GalleryService
from app.services.library.images import ImageService
from app.services.library.provenance import ProvenanceService
from app.services.library.recovery import recover
from app.services.library.trash import PurgeService
from app.services.library.usage import UsageRecorder
from app.services.migration import MigrationService
from app.services.packs.imports import PackImport
from app.services.packs.service import PackService
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

if TYPE_CHECKING:
    from app.services.provenance.signer import ManifestSigner

log = structlog.get_logger()

# After the model's own time-out an image still has to be encoded and stored.
_STORING_SECONDS = 10.0
# The same with all pauses between tries, where another program holds the database.
_STORING_AT_WORST_SECONDS = 120.0


@asynccontextmanager
async def running_services(
    settings: Settings, metrics: Metrics, health_seconds: float = HEALTH_SECONDS
) -> AsyncIterator[Services]:
    """Build the services, clear up after a crash, and close everything at the end."""
    async with AsyncExitStack() as stack:
        stack.enter_context(reporting_errors(settings.sentry_dsn))
        yield _Wiring(settings, metrics, health_seconds, stack).build()


class _Wiring:
    """Builds each part when another first needs it.

    What a part needs is thus built before it, and closed after it.
    """

    def __init__(
        self, settings: Settings, metrics: Metrics, health_seconds: float, stack: AsyncExitStack
    ) -> None:
        self._settings = settings
        self._metrics = metrics
        self._health_seconds = health_seconds
        self._stack = stack
        self._supervisor = Supervisor(metrics.count_death)
        self._trash_lifetime = timedelta(days=settings.backup_retention_days)

    def build(self) -> Services:
        """Build everything, once what a crash left is cleared up."""
        settings = self._settings
        recover(self.database, self.storage, self.purge)
        pruning = Pruning(self.database, self.purge, self.leases)
        self._keep_running("pruning", pruning.keep_pruning)
        return Services(
            settings=settings,
            previews=PreviewService(self.pool),
            images=ImageService(self.database, self.storage, self.usage, self._trash_lifetime),
            galleries=GalleryService(self.database, self.generation, settings.max_images_per_item),
            scenes=self.scenes,
            saves=self.saves,
            limits=self.limits,
            operator_token=OperatorToken(settings.admin_token, self.limits),
            migration=self._migration(),
            maintenance=MaintenanceService(self.database, self.cache, self.usage),
            provenance=ProvenanceService(self.database, self.storage),
            imports=ImportService(
                ToolImport(self.database, self.storage, self.cache, self.growth),
                PackImport(self.database, self.storage, self.growth),
            ),
            packs=PackService(self.database, self.storage),
            purge=self.purge,
            health=self.health,
            exposition=self._exposition(),
            spending=SpendingService(
                self.database, self.usage.hits, self.allowance, settings.gemini_model, self.price
            ),
            jobs=self._jobs(),
            verification=self._verification(),
            stopping=told_to_stop(self._stack),
        )

    # Stores

    @cached_property
    def pool(self) -> Executor:
        return self._stack.enter_context(create_work_pool())

    @cached_property
    def database(self) -> Database:
        refuse_foreign(self._settings.database_file)
        database = Database(self._settings.database_url, self._metrics.observe_write)
        self._stack.callback(database.close)
        if database.in_memory:
            upgrade_schema(database.writer)
        else:
            check_schema(database.writer)
        return database

    @cached_property
    def storage(self) -> StorageService:
        settings = self._settings
        storage = StorageService(
            settings.image_storage_dir,
            self.pool,
            quality=settings.webp_quality,
            thumbnail_side=settings.thumbnail_size,
            max_bytes=settings.max_image_size_mb * 2**20,
            embed_prompt=settings.embed_prompt,
            signer=_signer(settings),
        )
        self._stack.callback(storage.close)
        # Only now: a restore refuses as soon as it sees this instance in the image folder.
        if not self.database.in_memory and is_restoring(place_of(settings)):
            raise BackupError("a restore was cut off just now: start again, which ends it")
        return storage

    @cached_property
    def purge(self) -> PurgeService:
        return PurgeService(self.database, self.storage, self._trash_lifetime)

    # Money

    @cached_property
    def provider(self) -> ImageProvider:
        provider = create_provider(self._settings, PixelArtist(self.pool))
        self._stack.push_async_callback(provider.close)
        return provider

    @cached_property
    def allowance(self) -> Allowance:
        return Allowance(
            per_day=self._settings.daily_image_limit,
            per_player=self._settings.player_daily_image_limit,
            monthly_usd=self._settings.monthly_budget_usd,
        )

    @cached_property
    def price(self) -> int | None:
        if not self.provider.paid:
            return 0
        return price_of(self._settings.gemini_model, self._settings.gemini_image_size)

    @cached_property
    def ledger(self) -> Ledger | None:
        if not self.provider.paid:
            return None
        return Ledger(self.allowance, self._settings.gemini_model, self._settings.gemini_image_size)

    @cached_property
    def leases(self) -> Leases:
        leases = Leases(self.database, self.storage.instances)
        heartbeat = Heartbeat(self.database, self.storage.instances, leases, self.ledger)
        self._keep_running("heartbeat", heartbeat.keep_beating)
        return leases

    @cached_property
    def breaker(self) -> CircuitBreaker:
        refusal = self.ledger.limits.standing_refusal() if self.ledger is not None else None
        if refusal is not None:
            log.warning("no image will be made with these settings", reason=refusal.message)
        return CircuitBreaker(refusal)

    @cached_property
    def generation(self) -> GenerationService:
        settings, metrics = self._settings, self._metrics
        bounds = Bounds(
            self.leases, self.ledger, RefusedPrompts(settings.gemini_model), self.growth
        )
        at_once = settings.max_concurrent_generations
        # A failure that comes just before the time-out may be followed by one more try.
        longest_call = timedelta(
            seconds=2 * settings.gemini_timeout_seconds + _STORING_AT_WORST_SECONDS
        )
        maker = ImageMaker(self.provider, self.storage, self.breaker, metrics)
        generation = GenerationService(
            Precheck(self.database, self.storage, maker, bounds, self.limits, metrics),
            Reservations(self.database, bounds, metrics, at_once, longest_call),
            maker,
            Settlement(self.database, self.storage, bounds),
            GenerationQueue(at_once, metrics, self.leases if self.ledger is not None else None),
            self.limits,
        )
        self._stack.push_async_callback(
            generation.close, settings.gemini_timeout_seconds + _STORING_SECONDS
        )
        return generation

    # Scenes and players

    @cached_property
    def cache(self) -> CacheService:
        lifetime = timedelta(days=self._settings.cache_expiry_days)
        return CacheService(lifetime, has_model=self._settings.uses_gemini)

    @cached_property
    def usage(self) -> UsageRecorder:
        usage = UsageRecorder(self.database)
        self._stack.push_async_callback(usage.flush)
        self._keep_running("usage", usage.keep_flushing)
        return usage

    @cached_property
    def scenes(self) -> SceneService:
        usage = self.usage  # first, so that it counts the last scenes that are generated
        return SceneService(
            self.database, self.cache, self.generation, usage, self._metrics, self.storage
        )

    @cached_property
    def limits(self) -> RequestLimits:
        settings = self._settings
        return RequestLimits(
            {
                "images": settings.max_requests_per_minute,
                "scenes": settings.scene_requests_per_minute,
                "ahead": settings.scene_requests_per_minute,
                "migrations": settings.migrate_requests_per_minute,
                "tokens": WRONG_TOKENS_PER_MINUTE,
            },
            self._metrics,
        )

    @cached_property
    def growth(self) -> Growth:
        settings = self._settings
        return Growth(settings.client_daily_mb * 2**20, settings.library_limit_gb * 2**30)

    @cached_property
    def saves(self) -> SaveService:
        return SaveService(self.database, self.growth)

    def _migration(self) -> MigrationService:
        return MigrationService(
            *(self.database, self.storage, self.cache, self.saves, self.growth, self.pool),
            at_once=(os.cpu_count() or 1) + 1,
        )

    def _jobs(self) -> JobService:
        usd = None if self.price is None else self.price / MICRO
        jobs = WarmJobs(self.cache, usd)
        runner = JobRunner(self.database, jobs, self.scenes, self.leases)
        self._keep_running("jobs", runner.keep_running)
        return JobService(self.database, jobs, runner)

    # For the operator

    @cached_property
    def probes(self) -> Executor:
        """Threads for health and metrics, which must answer while all others are busy."""
        pool = ContextThreadPool(4, "probes")
        # A thread that waits for a dead network disk never comes back.
        self._stack.callback(pool.shutdown, wait=False, cancel_futures=True)
        return pool

    @cached_property
    def health(self) -> HealthService:
        return HealthService(
            self.database,
            self.storage,
            self.provider,
            self.breaker,
            BackupStore(self._settings.backup_dir),
            self.growth,
            self._supervisor,
            self.probes,
            seconds=self._health_seconds,
        )

    def _exposition(self) -> Exposition:
        exposition = Exposition(
            *(self._metrics, self.database, self.cache, self.allowance, self.leases, self.health),
            threads=self.probes,
        )
        self._keep_running("sampler", exposition.keep_sampling)
        return exposition

    def _verification(self) -> VerificationService:
        verification = VerificationService(self.database, self.storage)
        self._stack.callback(verification.close)
        return verification

    def _keep_running(self, name: BackgroundWork, work: Work) -> None:
        self._supervisor.start(name, work)
        self._stack.push_async_callback(self._supervisor.stop, name)


def _signer(settings: Settings) -> ManifestSigner | None:
    if settings.c2pa_certificate is None or settings.c2pa_key is None:
        return None
    # The library takes 10 MB of memory.
    from app.services.provenance.signer import ManifestSigner

    certificate, key = settings.c2pa_certificate.read_bytes(), settings.c2pa_key.read_bytes()
    return ManifestSigner(certificate, key, version=__version__)
