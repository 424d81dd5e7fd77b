"""The tables."""

from app.models.base import Base
from app.models.client_usage import ClientUsage
from app.models.former_name import FormerName
from app.models.image_asset import ImageAsset
from app.models.image_origin import ImageOrigin
from app.models.library_identity import LibraryIdentity, LibraryVersion
from app.models.paid_work import (
    GenerationLease,
    IdempotentRequest,
    LedgerEntry,
    RefusedPrompt,
)
from app.models.player_data import Preferences, SavedGame
from app.models.purged_files import PurgedFiles
from app.models.scene_cache import CacheStatistics, SceneCache
from app.models.warm_job import WarmItem, WarmJob

__all__ = [
    "Base",
    "CacheStatistics",
    "ClientUsage",
    "FormerName",
    "GenerationLease",
    "IdempotentRequest",
    "ImageAsset",
    "ImageOrigin",
    "LedgerEntry",
    "LibraryIdentity",
    "LibraryVersion",
    "Preferences",
    "PurgedFiles",
    "RefusedPrompt",
    "SavedGame",
    "SceneCache",
    "WarmItem",
    "WarmJob",
]
