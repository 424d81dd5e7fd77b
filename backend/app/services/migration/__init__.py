"""Taking over the images that the old game kept in the browser."""

from app.services.migration.report import MigrationReport
from app.services.migration.service import MigrationService

__all__ = ["MigrationReport", "MigrationService"]
