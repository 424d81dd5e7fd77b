"""What an import did."""

from pydantic import BaseModel, ConfigDict, Field

from app.domain import ImportOutcome, SubjectType


class ImportedFile(BaseModel):
    """What became of one file."""

    model_config = ConfigDict(from_attributes=True)

    file: str = Field(description="Path inside of the zip, or the image's name.")
    outcome: ImportOutcome = Field(description="What became of it, or would.")
    tool: str | None = Field(description="Which tool wrote it, if it says so.")
    subject_type: SubjectType | None = Field(description="What it shows.")
    subject_name: str | None = Field(description="Name of the subject.")
    error: str | None = Field(description="Why it could not be imported.")


class LibraryImport(BaseModel):
    """What an import did, or would do."""

    is_pack: bool = Field(description="Whether it was a pack; its files are not listed.")
    stored: int = Field(description="Images that are new in the library.")
    already_there: int = Field(description="Images that the library had.")
    skipped: int = Field(description="Files that a rule leaves out.")
    failed: int = Field(description="Files that could not be imported.")
    files: list[ImportedFile] = Field(description="At most 1000, those that failed first.")
    dry_run: bool = Field(description="Whether nothing was stored.")
