"""Everything that the routers work with, built once and handed on as typed state."""

import asyncio
from concurrent.futures import Executor
from dataclasses import dataclass

from app.config import Settings
from app.database.engine import Database
from app.observability.metrics.exposition import Exposition
from app.services.billing.report import SpendingService
from app.services.health import HealthService
from app.services.integrity import VerificationService
from app.services.jobs import JobRunner, WarmJobs
from app.services.library.galleries import GalleryService
from app.services.library.images import ImageService
from app.services.library.purge import PurgeService
from app.services.library.response_cache import RenderedAnswers
from app.services.library.usage import UsageRecorder
from app.services.migration import MigrationService
from app.services.players.admin import OperatorToken
from app.services.players.rate_limits import RequestLimits
from app.services.players.saves import SaveService
from app.services.scenes.cache import CacheService
from app.services.scenes.preview import PreviewService
from app.services.scenes.service import SceneService
from app.services.statistics import MaintenanceService
from app.services.storage import StorageService


@dataclass(frozen=True, slots=True)
class Services:
    """The services of one running application.

    Attributes:
        watching: Threads for those who look whether it is well, when all others are busy.
        stopping: Set when the server was told to end.
    """

    settings: Settings
    database: Database
    storage: StorageService
    previews: PreviewService
    images: ImageService
    galleries: GalleryService
    scenes: SceneService
    cache: CacheService
    rendered: RenderedAnswers
    saves: SaveService
    limits: RequestLimits
    operator_token: OperatorToken
    migration: MigrationService
    usage: UsageRecorder
    maintenance: MaintenanceService
    purge: PurgeService
    health: HealthService
    exposition: Exposition
    watching: Executor
    spending: SpendingService
    jobs: WarmJobs
    job_runner: JobRunner
    verification: VerificationService
    stopping: asyncio.Event
