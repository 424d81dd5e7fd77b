"""What an import did."""

from typing import Self

from pydantic import BaseModel, Field

from app.domain import SubjectType
from app.services.imports import service
from app.services.imports.service import Outcome


class ImportedFile(BaseModel):
    """What became of one file."""

    file: str = Field(description="Path inside of the zip, or the image's name.")
    outcome: Outcome = Field(description="What became of it, or would.")
    tool: str | None = Field(description="Which tool wrote it, if it says so.")
    subject_type: SubjectType | None = Field(description="What it shows.")
    subject_name: str | None = Field(description="Name of the subject.")
    error: str | None = Field(description="Why it could not be imported.")

    @classmethod
    def of(cls, file: service.ImportedFile) -> Self:
        """The same as the API tells it."""
        subject = file.subject
        return cls(
            file=file.path,
            outcome=file.outcome,
            tool=file.tool,
            subject_type=subject.subject_type if subject else None,
            subject_name=subject.name if subject else None,
            error=file.error,
        )


class LibraryImport(BaseModel):
    """What an import did, or would do."""

    is_pack: bool = Field(description="Whether it was a pack; its files are not listed.")
    stored: int = Field(description="Images that are new in the library.")
    already_there: int = Field(description="Images that the library had.")
    skipped: int = Field(description="Files that a rule leaves out.")
    failed: int = Field(description="Files that could not be imported.")
    files: list[ImportedFile] = Field(description="At most 1000, those that failed first.")
    dry_run: bool = Field(description="Whether nothing was stored.")
