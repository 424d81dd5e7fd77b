"""What is said of settings that are not allowed."""

import pytest

from app.config import ConfigurationError, load_settings


def refusal(monkeypatch: pytest.MonkeyPatch, **environment: str) -> str:
    """The message for an environment that must not be taken."""
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(ConfigurationError) as caught:
        load_settings()
    return str(caught.value)
