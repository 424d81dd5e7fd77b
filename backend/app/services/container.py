"""Everything that the routers work with, built once and handed on as typed state."""

import asyncio
from concurrent.futures import Executor
from dataclasses import dataclass

from app.config import Settings
from app.database import Database
from app.services.cache import CacheService
from app.services.galleries import GalleryService
from app.services.health import HealthService
from app.services.images import ImageService
from app.services.jobs import JobRunner, WarmJobs
from app.services.maintenance import MaintenanceService
from app.services.metrics.exposition import Exposition
from app.services.migration import MigrationService
from app.services.operator_token import OperatorToken
from app.services.paid.spending import SpendingService
from app.services.previews import PreviewService
from app.services.purge import PurgeService
from app.services.rate_limits import RequestLimits
from app.services.rendered_answers import RenderedAnswers
from app.services.saves import SaveService
from app.services.scenes import SceneService
from app.services.storage import StorageService
from app.services.usage import UsageRecorder
from app.services.verification import VerificationService


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
