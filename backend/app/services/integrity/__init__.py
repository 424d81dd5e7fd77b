"""The self-check: rows, files and links are compared, and repaired on request."""

from app.services.integrity.findings import Finding, Report
from app.services.integrity.service import VerificationService

__all__ = ["Finding", "Report", "VerificationService"]
