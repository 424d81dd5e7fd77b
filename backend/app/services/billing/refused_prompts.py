"""Prompts that the model's safety rules refused are not asked again, or not at once."""

import hashlib
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from app.models import RefusedPrompt
from app.services.generation.errors import PromptRefusedError

_PASSING_SECONDS = 3600.0


class RefusedPrompts:
    """Remembers refusals by the hash of the prompt, for one model.

    Args:
        model: Whose refusals are meant.
        passing_seconds: How long a refusal counts that another try may not get.
    """

    def __init__(self, model: str, passing_seconds: float = _PASSING_SECONDS) -> None:
        self._model = model
        self._passing = timedelta(seconds=passing_seconds)

    def check(self, session: Session, prompt: str, now: datetime, *, is_forced: bool) -> None:
        """Give the answer of the last time while it holds.

        Args:
            session: Where refusals are kept.
            prompt: What the model would be asked.
            now: The present time.
            is_forced: Whether the caller wants to ask again; lasting verdicts hold all the same.

        Raises:
            PromptRefusedError: When this prompt was refused before.
        """
        found = session.get(RefusedPrompt, (_hash(prompt), self._model))
        if found is None:
            return
        left = None
        if found.reason not in PromptRefusedError.lasting_reasons:
            waited = now - found.refused_at
            # A refusal from the future was written before the clock was set back.
            if is_forced or not timedelta(0) <= waited < self._passing:
                return
            left = (self._passing - waited).total_seconds()
        raise PromptRefusedError(
            found.message,
            detail={"reason": found.reason, "remembered": True},
            retry_after=left,
        )

    def remember(
        self, session: Session, prompt: str, error: PromptRefusedError, now: datetime
    ) -> None:
        """Keep a refusal; a later one replaces an earlier one."""
        session.merge(
            RefusedPrompt(
                prompt_hash=_hash(prompt),
                model=self._model,
                reason=error.reason,
                message=error.message,
                refused_at=now,
            )
        )


def forget_refused_prompts(session: Session, *, dry_run: bool) -> int:
    """Forget every refused prompt of every model; gives how many there are."""
    count = session.scalar(select(func.count()).select_from(RefusedPrompt)) or 0
    if not dry_run:
        session.execute(delete(RefusedPrompt))
    return count


def _hash(prompt: str) -> str:
    return hashlib.sha256(prompt.encode()).hexdigest()
