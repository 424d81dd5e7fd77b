"""Prompts that the model's safety rules refused are not asked again."""

import hashlib
from datetime import datetime

from sqlalchemy.orm import Session

from app.models import RefusedPrompt
from app.services.provider_errors import PromptRefusedError


class RefusalMemory:
    """Remembers refusals by the hash of the prompt, for one model."""

    def __init__(self, model: str) -> None:
        self._model = model

    def check(self, session: Session, prompt: str) -> None:
        """Give the answer of the first time.

        Raises:
            PromptRefusedError: When this prompt was refused before.
        """
        found = session.get(RefusedPrompt, (_hash(prompt), self._model))
        if found is not None:
            raise PromptRefusedError(
                found.message, detail={"reason": found.reason, "remembered": True}
            )

    def remember(
        self, session: Session, prompt: str, error: PromptRefusedError, now: datetime
    ) -> None:
        """Keep a refusal."""
        key = (_hash(prompt), self._model)
        if session.get(RefusedPrompt, key) is None:
            session.add(
                RefusedPrompt(
                    prompt_hash=key[0],
                    model=self._model,
                    reason=str((error.detail or {}).get("reason", "refused")),
                    message=error.message,
                    refused_at=now,
                )
            )


def _hash(prompt: str) -> str:
    return hashlib.sha256(prompt.encode()).hexdigest()
