"""Taking over the images that the old game kept in the browser."""

from app.services.migration.service import MigrationReport, MigrationService

__all__ = ["MigrationReport", "MigrationService"]
