"""The self-check: rows, files and links are compared, and mended where asked."""

from app.services.verification.findings import Finding, Kind, Report
from app.services.verification.service import VerificationService

__all__ = ["Finding", "Kind", "Report", "VerificationService"]
