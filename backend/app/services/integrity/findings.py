"""What the self-check found, and what became of it."""

from collections import Counter
from dataclasses import dataclass, field

from app.domain import FindingKind

# So many of each kind are listed; all are counted.
MOST_LISTED = 100


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong; ``path`` is the file as rows name it."""

    kind: FindingKind
    message: str
    image_id: int | None = None
    path: str | None = None
    repaired: bool = False


@dataclass(slots=True)
class Report:
    """All findings.

    Attributes:
        hidden: Images that stay hidden for want of their files.
        unmarked: Images whose files do not say what made them; that is nothing wrong.
        marked: Images whose files say so now.
    """

    rows: int = 0
    files: int = 0
    hidden: int = 0
    unmarked: int = 0
    marked: int = 0
    counts: Counter[FindingKind] = field(default_factory=Counter)
    repaired: int = 0
    findings: list[Finding] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        """Whether nothing is wrong now; somebody else's files are reported, and harm nobody."""
        return self.repaired == self.counts.total() - self.counts[FindingKind.FOREIGN_FILE]

    def add(self, finding: Finding) -> None:
        """Count a finding, and keep it if it is one of the first of its kind."""
        self.counts[finding.kind] += 1
        self.repaired += finding.repaired
        if self.counts[finding.kind] <= MOST_LISTED:
            self.findings.append(finding)
