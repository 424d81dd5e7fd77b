"""Settings: where they come from, what they default to, and how a bad value is refused."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.config import ConfigurationError, Settings, load_settings
from tests.support.refusal import refusal

# The table of DESIGN section 3, for the settings that exist.
DOCUMENTED_DEFAULTS = {
    "host": "127.0.0.1",
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
    "rate_limit_storage_url": "memory://",
    "log_level": "INFO",
    "log_format": "console",
    "sentry_dsn": None,
}

LIMITS = [
    "max_requests_per_minute",
    "scene_requests_per_minute",
    "migrate_requests_per_minute",
    "max_concurrent_generations",
    "max_images_per_item",
]

# What meets dates and sizes: more would leave the calendar or the memory.
BOUNDS = {"cache_expiry_days": 36500, "backup_retention_days": 36500, "max_image_size_mb": 1024}

_NUMBERS = ("int", "float", "Decimal")


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep a developer's .env away."""
    monkeypatch.chdir(tmp_path)


class TestDefaults:
    @pytest.mark.parametrize("name", Settings.model_fields)
    def test_as_documented(self, name: str) -> None:
        default = getattr(load_settings(), name)
        if name == "allowed_hosts":
            assert not default  # loopback names and HOST, which depend on HOST
            return
        assert default == DOCUMENTED_DEFAULTS[name]
        assert type(default) is type(DOCUMENTED_DEFAULTS[name]) or isinstance(default, Path)

    @pytest.mark.parametrize("name", Settings.model_fields)
    def test_each_says_what_it_is(self, name: str) -> None:
        assert (Settings.model_fields[name].description or "").endswith(".")

    def test_fresh_clone_paints_by_itself(self) -> None:
        assert not load_settings().uses_gemini


class TestSources:
    def test_environment(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PORT", "9000")
        monkeypatch.setenv("LOG_LEVEL", "debug")
        monkeypatch.setenv("ALLOWED_ORIGINS", " https://a.example , http://b.example:8080,")
        found = load_settings()
        assert found.port == 9000
        assert found.log_level == "DEBUG"
        assert found.allowed_origins == ("https://a.example", "http://b.example:8080")

    def test_file(self, tmp_path: Path) -> None:
        (tmp_path / ".env").write_text(
            "# a comment\nPORT=9001\nGEMINI_MODEL='quoted # model'\nIMAGE_STORAGE_DIR=./bilder/ö\n"
            "SOMEBODY_ELSES=1\n",
            encoding="utf-8",
        )
        found = load_settings()
        assert found.port == 9001
        assert found.gemini_model == "quoted # model"
        assert found.image_storage_dir == Path("bilder/ö")

    def test_environment_goes_before_file(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / ".env").write_text("PORT=9001\nLOG_FORMAT=json\n")
        monkeypatch.setenv("PORT", "9002")
        found = load_settings()
        assert (found.port, found.log_format) == (9002, "json")

    @pytest.mark.parametrize("name", Settings.model_fields)
    def test_empty_in_environment_is_unset(
        self, name: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv(name.upper(), "")
        assert load_settings() == Settings(_env_file=None)

    def test_empty_in_file_is_unset(self, tmp_path: Path) -> None:
        lines = [f"{name.upper()}=\n" for name in Settings.model_fields]
        (tmp_path / ".env").write_text("".join(lines))
        assert load_settings() == Settings(_env_file=None)

    def test_empty_in_environment_uncovers_file(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / ".env").write_text("PORT=9001\n")
        monkeypatch.setenv("PORT", "")
        assert load_settings().port == 9001


class TestLimits:
    @pytest.mark.parametrize("name", LIMITS)
    @pytest.mark.parametrize("value", [0, 10**9])
    def test_edges_are_allowed(
        self, name: str, value: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv(name.upper(), str(value))
        assert getattr(load_settings(), name) == value

    @pytest.mark.parametrize("name", LIMITS)
    @pytest.mark.parametrize("value", ["-1", "1000000001", "1.5", "many", "1e3", "٣x"])
    def test_others_are_refused(
        self, name: str, value: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        message = refusal(monkeypatch, **{name.upper(): value})
        assert message.startswith(f"{name.upper()} is {value!r}, which is not allowed: ")
        assert "\n" not in message

    def test_message_says_what_is_allowed(self, monkeypatch: pytest.MonkeyPatch) -> None:
        assert "greater than or equal to 0" in refusal(monkeypatch, CACHE_EXPIRY_DAYS="-1")
        assert "1000000000" in refusal(monkeypatch, DAILY_IMAGE_LIMIT="1000000001")

    @pytest.mark.parametrize("name", BOUNDS)
    def test_what_meets_dates_and_sizes(self, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
        assert getattr(load_settings(**{name: BOUNDS[name]}), name) == BOUNDS[name]
        for value in (BOUNDS[name] + 1, 3_000_000, 10**9):
            message = refusal(monkeypatch, **{name.upper(): str(value)})
            assert message.startswith(f"{name.upper()} is '{value}', which is not allowed: ")
            assert str(BOUNDS[name]) in message

    @pytest.mark.parametrize("name", Settings.model_fields)
    def test_no_number_is_without_an_end(self, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
        if not any(kind in str(Settings.model_fields[name].annotation) for kind in _NUMBERS):
            return
        assert name.upper() in refusal(monkeypatch, **{name.upper(): "9" * 30})


class TestBadValues:
    @pytest.mark.parametrize(
        ("name", "value", "allowed"),
        [
            ("PORT", "65536", "65535"),
            ("PORT", "http", "integer"),
            ("WEBP_QUALITY", "101", "100"),
            ("THUMBNAIL_SIZE", "8", "16"),
            ("GEMINI_TIMEOUT_SECONDS", "0", "greater than 0"),
            ("GEMINI_TIMEOUT_SECONDS", "nan", "3600"),
            ("GEMINI_TIMEOUT_SECONDS", "inf", "3600"),
            ("GEMINI_API_VERSION", "../v1", "pattern"),
            ("IMAGE_PROVIDER", "dalle", "'auto', 'gemini' or 'pixel'"),
            ("LOG_LEVEL", "LOUD", "'DEBUG', 'INFO', 'WARNING' or 'ERROR'"),
            ("LOG_FORMAT", "xml", "'console' or 'json'"),
            ("IMAGE_STORAGE_DIR", "s3://bucket/prefix", "folder"),
        ],
    )
    def test_one_line_with_name_value_and_what_is_allowed(
        self, name: str, value: str, allowed: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        message = refusal(monkeypatch, **{name: value})
        assert message.startswith(f"{name} is {value!r}, which is not allowed: ")
        assert allowed in message
        assert "\n" not in message

    def test_a_line_break_in_a_value_makes_no_second_line(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert "\n" not in refusal(monkeypatch, PORT="80\nHOST=x")

    def test_a_line_for_each(self, monkeypatch: pytest.MonkeyPatch) -> None:
        lines = refusal(monkeypatch, PORT="x", WEBP_QUALITY="y").splitlines()
        assert [line.split()[0] for line in lines] == ["PORT", "WEBP_QUALITY"]

    def test_from_a_file_too(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        (tmp_path / ".env").write_text("PORT=x\n")
        assert refusal(monkeypatch).startswith("PORT is 'x', which is not allowed: ")


class TestSecrets:
    @pytest.mark.parametrize("name", ["ADMIN_TOKEN", "GEMINI_API_KEY"])
    def test_not_in_what_is_printed(self, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv(name, "hush-hush")
        found = load_settings()
        assert "hush" not in repr(found)
        assert "hush" not in str(found)
        assert "hush" not in found.model_dump_json()

    def test_not_in_the_refusal_of_the_token(self, monkeypatch: pytest.MonkeyPatch) -> None:
        message = refusal(monkeypatch, ADMIN_TOKEN="hush-hüsh")
        assert message.startswith("ADMIN_TOKEN is (hidden), which is not allowed: ")
        assert "ASCII" in message
        assert "hüsh" not in message

    def test_not_in_the_refusal_of_another(self, monkeypatch: pytest.MonkeyPatch) -> None:
        message = refusal(monkeypatch, ADMIN_TOKEN="hush", GEMINI_API_KEY="hush", PORT="x")
        assert "hush" not in message

    def test_not_in_the_refusal_of_the_host(self, monkeypatch: pytest.MonkeyPatch) -> None:
        assert "hush" not in refusal(monkeypatch, HOST="0.0.0.0", GEMINI_API_KEY="hush")

    @pytest.mark.parametrize(
        "value", ["mysql://player:hush@db/game", "mysql://player:hu/sh@x@db/game", "a b://:hush@db"]
    )
    def test_password_in_an_address(self, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
        message = refusal(monkeypatch, DATABASE_URL=value)
        assert message.startswith("DATABASE_URL is ")
        assert "(hidden)@db" in message
        assert "hu" not in message

    def test_no_traceback_through_the_values(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("ADMIN_TOKEN", "hüsh")
        with pytest.raises(ConfigurationError) as caught:
            load_settings()
        assert caught.value.__suppress_context__
        assert caught.value.__cause__ is None


class TestProvider:
    @pytest.mark.parametrize(
        ("provider", "key", "gemini"),
        [
            ("auto", None, False),
            ("auto", "key", True),
            ("gemini", None, True),
            ("gemini", "key", True),
            ("pixel", None, False),
            ("pixel", "key", False),
        ],
    )
    def test_who_makes_pictures(self, provider: str, key: str | None, gemini: bool) -> None:
        found = load_settings(image_provider=provider, gemini_api_key=key)
        assert found.uses_gemini is gemini


def message_for(name: str, value: str) -> str:
    try:
        load_settings(_env_file=None, **{name: value})
    except ConfigurationError as error:
        return str(error)
    return f"{name.upper()} is fine"


@pytest.mark.thorough
@settings(deadline=None)
@given(
    st.sampled_from(sorted(set(Settings.model_fields) - {"gemini_api_key", "admin_token"})),
    st.text(max_size=30),
)
def test_any_value_is_taken_or_refused_in_one_line(name: str, value: str) -> None:
    (line,) = message_for(name, value).splitlines()
    assert name.upper() in line


@pytest.mark.parametrize("name", ["C2PA_CERTIFICATE", "C2PA_KEY"])
def test_certificate_and_key_need_one_another(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    message = refusal(monkeypatch, **{name: "file.pem"})
    assert message == "C2PA_CERTIFICATE and C2PA_KEY need one another"
