"""The tables."""

from app.models.base import Base
from app.models.image_asset import ImageAsset
from app.models.player_data import Preferences, SavedGame
from app.models.scene_cache import CacheStatistics, SceneCache

__all__ = ["Base", "CacheStatistics", "ImageAsset", "Preferences", "SavedGame", "SceneCache"]
