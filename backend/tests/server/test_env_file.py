"""A ``.env`` that cannot be read, or is no text, is named in one line."""

import errno
import os
from pathlib import Path

import pytest

from app.config import ConfigurationError, load_settings, log_format


def refusal() -> str:
    """The message with which a start ends."""
    with pytest.raises(ConfigurationError) as caught:
        load_settings()
    return str(caught.value)


@pytest.mark.parametrize("form", ["console", "json"])
def test_file_in_another_encoding(
    form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_bytes("ADMIN_TOKEN=café-hush-hush\n".encode("latin-1"))
    monkeypatch.setenv("LOG_FORMAT", form)
    assert refusal().startswith(".env is no text in UTF-8: ")
    assert log_format() == form


def test_file_that_cannot_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def deny(*_arguments: object, **_options: object) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").touch()
    monkeypatch.setattr("dotenv.main.DotEnv._get_stream", deny)
    assert refusal() == ".env cannot be read: Permission denied"
    assert log_format() == "console"
