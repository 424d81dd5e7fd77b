"""Settings: where they come from, what they default to, and how a bad value is refused."""

import errno
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.config import ConfigurationError, Settings, load_settings, log_format
from tests.support.refusal import refusal

# The table of DESIGN section 3, for the settings that exist.
DOCUMENTED_DEFAULTS = {
    "host": "127.0.0.1",
    "allowed_hosts": (),  # loopback names and HOST, which depend on HOST
    "port": 8000,
    "workers": 1,
    "root_path": "",
    "database_url": "sqlite:///./data/game.db",
    "image_storage_dir": Path("./data/images"),
    "backup_dir": Path("./data/backups"),
    "backup_retention_days": 30,
    "embed_prompt": False,
    "c2pa_certificate": None,
    "c2pa_key": None,
    "image_provider": "auto",
    "gemini_api_key": None,
    "gemini_model": "gemini-nano-banana-2.1",
    "gemini_timeout_seconds": 30.0,
    "gemini_api_version": "v1beta",
    "gemini_image_size": None,
    "max_requests_per_minute": 10,
    "scene_requests_per_minute": 5,
    "migrate_requests_per_minute": 120,
    "max_concurrent_generations": 8,
    "player_daily_image_limit": 60,
    "client_daily_mb": 200,
    "library_limit_gb": 20,
    "daily_image_limit": 200,
    "monthly_budget_usd": None,
    "cache_expiry_days": 7,
    "max_image_size_mb": 5,
    "max_images_per_item": 20,
    "webp_quality": 85,
    "thumbnail_size": 200,
    "admin_token": None,
    "trust_local_network": False,
    "allowed_origins": (),
    "trusted_proxies": (),
    "log_level": "INFO",
    "log_format": "console",
    "sentry_dsn": None,
}

# What meets dates and sizes: more would leave the calendar or the memory.
BOUNDS = {"cache_expiry_days": 36500, "backup_retention_days": 36500, "max_image_size_mb": 1024}


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep a developer's .env away."""
    monkeypatch.chdir(tmp_path)


def test_defaults() -> None:
    found = load_settings()
    assert found.model_dump() == DOCUMENTED_DEFAULTS
    assert not found.uses_gemini, "a fresh clone paints by itself"
    for field in Settings.model_fields.values():
        assert (field.description or "").endswith(".")


class TestSources:
    def test_environment_goes_before_the_file(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / ".env").write_text(
            "# a comment\nPORT=9001\nGEMINI_MODEL='quoted # model'\nIMAGE_STORAGE_DIR=./bilder/ö\n"
            "LOG_FORMAT=json\nSOMEBODY_ELSES=1\n",
            encoding="utf-8",
        )
        monkeypatch.setenv("PORT", "9002")
        monkeypatch.setenv("LOG_LEVEL", "debug")
        monkeypatch.setenv("ALLOWED_ORIGINS", " https://a.example , http://b.example:8080,")
        found = load_settings()
        assert (found.port, found.log_level, found.log_format) == (9002, "DEBUG", "json")
        assert found.gemini_model == "quoted # model"
        assert found.image_storage_dir == Path("bilder/ö")
        assert found.allowed_origins == ("https://a.example", "http://b.example:8080")

    def test_empty_is_unset(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        for name in Settings.model_fields:
            monkeypatch.setenv(name.upper(), "")
        (tmp_path / ".env").write_text("PORT=9001\nHOST=\n")
        assert load_settings() == Settings(_env_file=None, port=9001)

    @pytest.mark.parametrize("form", ["console", "json"])
    def test_file_in_another_encoding(
        self, form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / ".env").write_bytes("ADMIN_TOKEN=café-hush-hush\n".encode("latin-1"))
        told = refusal(monkeypatch, LOG_FORMAT=form)
        assert told.startswith(".env is no text in UTF-8: ")
        assert log_format() == form

    def test_file_that_cannot_be_read(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def deny(*_arguments: object, **_options: object) -> None:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

        (tmp_path / ".env").touch()
        monkeypatch.setattr("dotenv.main.DotEnv._get_stream", deny)
        assert refusal(monkeypatch) == ".env cannot be read: Permission denied"


class TestNumbers:
    def test_edges(self) -> None:
        limits = (
            *("max_requests_per_minute", "migrate_requests_per_minute", "max_images_per_item"),
            *("scene_requests_per_minute", "max_concurrent_generations"),
        )
        for name, most in {**dict.fromkeys(limits, 10**9), **BOUNDS}.items():
            for value in (0, most):
                assert getattr(load_settings(**{name: str(value)}), name) == value

    @pytest.mark.parametrize("name", Settings.model_fields)
    def test_none_is_without_an_end(self, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
        kind = str(Settings.model_fields[name].annotation)
        if any(number in kind for number in ("int", "float", "Decimal")):
            message = refusal(monkeypatch, **{name.upper(): "9" * 30})
            assert message.startswith(f"{name.upper()} is '{'9' * 30}', which is not allowed: ")


REFUSED = [
    *(("CACHE_EXPIRY_DAYS", value, "") for value in ("-1", "1.5", "many", "1e3", "٣x", "36501")),
    ("DAILY_IMAGE_LIMIT", "1000000001", "1000000000"),
    ("PORT", "65536", "65535"),
    ("PORT", "http", "integer"),
    ("PORT", "80\nHOST=x", "integer"),
    ("WEBP_QUALITY", "101", "100"),
    ("THUMBNAIL_SIZE", "8", "16"),
    ("MAX_IMAGE_SIZE_MB", "1025", "1024"),
    ("GEMINI_TIMEOUT_SECONDS", "0", "greater than 0"),
    ("GEMINI_TIMEOUT_SECONDS", "nan", "3600"),
    ("GEMINI_TIMEOUT_SECONDS", "inf", "3600"),
    ("GEMINI_API_VERSION", "../v1", "pattern"),
    ("IMAGE_PROVIDER", "dalle", "'auto', 'gemini' or 'pixel'"),
    ("LOG_LEVEL", "LOUD", "'DEBUG', 'INFO', 'WARNING' or 'ERROR'"),
    ("LOG_FORMAT", "xml", "'console' or 'json'"),
    ("IMAGE_STORAGE_DIR", "s3://bucket/prefix", "folder"),
    *(
        ("ALLOWED_ORIGINS", origin, "https://example.org")
        for origin in (
            *("*", "a.example", "https://a.example/", "https://a.example?q", "ftp://a.example"),
            *("https://", "http://:80", "null", "https://user@a.example", "https://a.b:99999"),
            *("http://2130706433", "http://[fe80::1%eth0]"),
        )
    ),
    *(
        ("TRUSTED_PROXIES", proxy, "")
        for proxy in ("*", "proxy.example", "10.0.0.0/33", "300.0.0.1")
    ),
    *(
        ("ROOT_PATH", path, "must ")
        for path in ("/game", "/api/v1", "/a b", "/../x", "/a//b", "http://x.example/a", "/a?b")
    ),
    *(
        ("ALLOWED_HOSTS", host, "each must be a bare name ")
        for host in (
            *("https://game.example", "game.example:8000", "a..b", "a b", "10.0.0.300", "**"),
            *("*.*", "a/b", ".example.org", "*example.org", "*.10.0.0.1", "0x7f.1"),
            *("2130706433", "fe80::1%eth0"),
        )
    ),
]


@pytest.mark.parametrize(("name", "value", "allowed"), REFUSED)
def test_refused_in_one_line_with_what_is_allowed(
    name: str, value: str, allowed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = refusal(monkeypatch, **{name: value})
    assert message.startswith(f"{name} is {value!r}, which is not allowed: ")
    assert allowed in message
    assert "\n" not in message


def test_a_line_for_each_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    values = {"PORT": "x", "WEBP_QUALITY": "y", "ALLOWED_ORIGINS": "https://a.example,b"}
    lines = refusal(monkeypatch, **values).splitlines()
    assert [line.split(",")[0] for line in lines] == [
        *("PORT is 'x'", "WEBP_QUALITY is 'y'", "ALLOWED_ORIGINS is 'b'")
    ]


@pytest.mark.thorough
@given(
    st.sampled_from(sorted(set(Settings.model_fields) - {"gemini_api_key", "admin_token"})),
    st.text(max_size=30),
)
def test_any_value_is_taken_or_refused_in_one_line(name: str, value: str) -> None:
    try:
        load_settings(_env_file=None, **{name: value})
    except ConfigurationError as error:
        (line,) = str(error).splitlines()
        assert name.upper() in line


class TestSecrets:
    @pytest.mark.parametrize("name", ["admin_token", "gemini_api_key", "sentry_dsn"])
    def test_not_in_what_is_printed(self, name: str) -> None:
        found = load_settings(**{name: "https://hush@sentry.example/1"})
        assert "hush" not in f"{found!r} {found} {found.model_dump_json()}"

    def test_not_in_refusals(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("ADMIN_TOKEN", "hush-hüsh")
        with pytest.raises(ConfigurationError) as caught:
            load_settings()
        message = str(caught.value)
        assert message.startswith("ADMIN_TOKEN is (hidden), which is not allowed: ")
        assert "ASCII" in message
        assert "hüsh" not in message
        assert (caught.value.__suppress_context__, caught.value.__cause__) == (True, None)
        message = refusal(monkeypatch, ADMIN_TOKEN="hush", PORT="x", SENTRY_DSN="hush")
        assert "hush" not in message
        monkeypatch.delenv("ADMIN_TOKEN")
        assert "hush" not in refusal(monkeypatch, HOST="0.0.0.0", GEMINI_API_KEY="hush")

    @pytest.mark.parametrize(
        "value", ["mysql://player:hush@db/game", "mysql://player:hu/sh@x@db/game", "a b://:hush@db"]
    )
    def test_password_in_an_address(self, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
        message = refusal(monkeypatch, DATABASE_URL=value)
        assert "(hidden)@db" in message
        assert "hu" not in message


@pytest.mark.parametrize(
    ("provider", "key", "gemini"),
    [
        ("auto", None, False),
        ("auto", "key", True),
        ("gemini", None, True),
        ("pixel", "key", False),
    ],
)
def test_who_makes_images(provider: str, key: str | None, gemini: bool) -> None:
    assert load_settings(image_provider=provider, gemini_api_key=key).uses_gemini is gemini


@pytest.mark.parametrize("name", ["C2PA_CERTIFICATE", "C2PA_KEY"])
def test_certificate_and_key_need_one_another(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    message = refusal(monkeypatch, **{name: "file.pem"})
    assert message == "C2PA_CERTIFICATE and C2PA_KEY need one another"


def test_only_loopback_needs_no_token(monkeypatch: pytest.MonkeyPatch) -> None:
    for host in ("127.0.0.1", "127.8.8.8", "::1", "[::1]", "LocalHost"):
        assert load_settings(host=host).listens_on_loopback
    for host in ("0.0.0.0", "::", "192.168.1.5", "localhost.example", "127.0.0.1.x"):
        assert refusal(monkeypatch, HOST=host, ADMIN_TOKEN="") == (
            f"HOST={host!r} listens beyond this machine, which needs ADMIN_TOKEN to be set"
        )
        assert not load_settings(host=host, admin_token="hush").listens_on_loopback
        found = load_settings(host=host, trust_local_network="true")
        assert not found.welcomes_loopback_pages


SPELLINGS: list[tuple[str, str, Any]] = [
    ("allowed_origins", "HTTPS://A.Example:443", ("https://a.example",)),
    ("allowed_origins", "http://a.example:80", ("http://a.example",)),
    ("allowed_origins", "https://a.example:80", ("https://a.example:80",)),
    ("allowed_origins", "https://a.example.", ("https://a.example",)),
    ("allowed_origins", "http://[0:0:0::1]:8080", ("http://[::1]:8080",)),
    ("allowed_origins", "https://m\u00fcnchen.example", ("https://xn--mnchen-3ya.example",)),
    ("trusted_proxies", "127.0.0.1, ::1, 10.1.2.3/8", ("127.0.0.1", "::1", "10.0.0.0/8")),
    *(("root_path", path, "/ember") for path in ("/ember", "ember/")),
    *(("root_path", path, "") for path in ("/", "")),
    ("root_path", "/a/b-c", "/a/b-c"),
    ("allowed_hosts", "Game.Example., *.a-b.example, *", ("game.example", "*.a-b.example", "*")),
    ("allowed_hosts", "10.0.0.1, [::1], 2001:DB8:0::7", ("10.0.0.1", "::1", "2001:db8::7")),
    ("allowed_hosts", "*.M\u00fcnchen.example", ("*.xn--mnchen-3ya.example",)),
]


@pytest.mark.parametrize(("name", "written", "taken"), SPELLINGS)
def test_addresses_take_the_spelling_that_is_compared(name: str, written: str, taken: Any) -> None:
    assert getattr(load_settings(**{name: written}), name) == taken
