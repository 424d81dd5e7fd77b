"""The services that the routers call, built once and handed on as typed state."""

import asyncio
from dataclasses import dataclass

from app.config import Settings
from app.services.billing.report import SpendingService
from app.services.exposition import Exposition
from app.services.health import HealthService
from app.services.imports.uploads import ImportService
from app.services.integrity import VerificationService
from app.services.jobs import JobService
from app.services.library.galleries import GalleryService
from app.services.library.images import ImageService
from app.services.library.provenance import ProvenanceService
from app.services.library.trash import PurgeService
from app.services.migration import MigrationService
from app.services.packs.service import PackService
from app.services.players.admin import OperatorToken
from app.services.players.rate_limits import RequestLimits
from app.services.players.saves import SaveService
from app.services.scenes.preview import PreviewService
from app.services.scenes.service import SceneService
from app.services.statistics import MaintenanceService


@dataclass(frozen=True, slots=True)
class Services:
    """The services of one running application.

    Attributes:
        stopping: Set when the server was told to end.
    """

    settings: Settings
    previews: PreviewService
    images: ImageService
    galleries: GalleryService
    scenes: SceneService
    saves: SaveService
    limits: RequestLimits
    operator_token: OperatorToken
    migration: MigrationService
    maintenance: MaintenanceService
    provenance: ProvenanceService
    imports: ImportService
    packs: PackService
    purge: PurgeService
    health: HealthService
    exposition: Exposition
    spending: SpendingService
    jobs: JobService
    verification: VerificationService
    stopping: asyncio.Event
