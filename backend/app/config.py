"""Every setting, in one typed class: read from the environment, then from ``.env``."""

import ipaddress
import re
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from app.root_path import normal_root_path
from app.stores import database_path, folder_path, why_not_apart
from app.web_address import canonical_name, is_loopback, normal_host, normal_origin

Limit = Annotated[int, Field(ge=0, le=10**9)]
# A hundred years: as good as for ever, and such a date still lies within the calendar.
Days = Annotated[int, Field(ge=0, le=36500)]


def _split(value: Any) -> Any:
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    return value


def _upper(value: Any) -> Any:
    return value.upper() if isinstance(value, str) else value


def _normal_proxy(text: str) -> str:
    # uvicorn silently trusts nobody where a network is written with bits of a host.
    if "/" in text:
        return str(ipaddress.ip_network(text, strict=False))
    return str(ipaddress.ip_address(text))


HostList = Annotated[
    tuple[Annotated[str, AfterValidator(normal_host)], ...], NoDecode, BeforeValidator(_split)
]
OriginList = Annotated[
    tuple[Annotated[str, AfterValidator(normal_origin)], ...], NoDecode, BeforeValidator(_split)
]
ProxyList = Annotated[
    tuple[Annotated[str, AfterValidator(_normal_proxy)], ...], NoDecode, BeforeValidator(_split)
]
LogLevel = Annotated[Literal["DEBUG", "INFO", "WARNING", "ERROR"], BeforeValidator(_upper)]

_DSN = re.compile(r"https?://[^/@\s]+@[^/@\s]+(/[^/@\s]+)*/\d+")
_PASSWORD_IN_URL = re.compile(r"(://[^/@:]*):.*@")


class ConfigurationError(Exception):
    """A setting has a value that is not allowed; the message has one line for each."""


class Settings(BaseSettings):
    """What an operator can change; names in the environment are the field names in capitals."""

    model_config = SettingsConfigDict(
        env_file=".env", env_file_encoding="utf-8", env_ignore_empty=True, extra="ignore"
    )

    host: str = Field("127.0.0.1", description="Address to listen on.", min_length=1)
    port: int = Field(8000, description="Port to listen on.", ge=0, le=65535)
    workers: int = Field(1, description="Server processes on this machine.", ge=1, le=64)
    allowed_hosts: HostList = Field(
        (),
        description="Host names this server answers to, besides loopback, separated by "
        "commas; HOST if empty.",
    )
    root_path: Annotated[str, AfterValidator(normal_root_path)] = Field(
        "",
        description="Path below which a proxy publishes the server, such as /ember; empty for /.",
    )
    database_url: str = Field(
        "sqlite:///./data/game.db",
        description="SQLite file, or sqlite:// for a database in memory.",
    )
    image_storage_dir: Path = Field(
        Path("./data/images"), description="Folder that holds full/ and thumbnails/."
    )
    backup_dir: Path = Field(
        Path("./data/backups"), description="Folder for backups, best on another disk."
    )
    image_provider: Literal["auto", "gemini", "pixel"] = Field(
        "auto",
        description="What makes images: auto uses Gemini if there is a key, otherwise the "
        "local painter.",
    )
    gemini_api_key: SecretStr | None = Field(None, description="Key for the Gemini API.")
    gemini_model: str = Field(
        "gemini-nano-banana-2.1", description="Gemini model that makes the images.", min_length=1
    )
    gemini_timeout_seconds: float = Field(
        30.0, description="Longest wait for one answer from Gemini.", gt=0, le=3600
    )
    gemini_api_version: str = Field(
        "v1beta", description="Version in the path of the Gemini API.", pattern=r"^v\d+\w*$"
    )
    gemini_image_size: str | None = Field(
        None,
        description="Image size, such as 1K or 4K; sent only if set, because some models "
        "refuse it.",
    )
    max_requests_per_minute: Limit = Field(
        10,
        description="New images a client may request per minute at /images/generate; each "
        "worker counts its own.",
    )
    scene_requests_per_minute: Limit = Field(
        5,
        description="New scenes a client may request per minute, and as many ahead of "
        "need; each worker counts its own.",
    )
    migrate_requests_per_minute: Limit = Field(
        120,
        description="Import calls a client may make per minute; each worker counts its own.",
    )
    max_concurrent_generations: Limit = Field(
        8,
        description="Images made at once by all workers (by each if free); up to 100 more wait in "
        "each, then 503.",
    )
    player_daily_image_limit: Limit = Field(
        60,
        description="Paid images one player may cause per UTC day; one address three times "
        "as many.",
    )
    daily_image_limit: Limit = Field(
        200, description="Paid images per UTC day, for the whole installation."
    )
    monthly_budget_usd: Decimal | None = Field(
        None,
        description="US dollars for paid images per UTC month; the model's price must be known.",
        ge=0,
        le=10**9,
    )
    client_daily_mb: Limit = Field(
        200,
        description="MB one client may add per UTC day: new images, imported images, new saves.",
    )
    library_limit_gb: Limit = Field(
        20, description="GB of images, trash included, at which new images are refused (507)."
    )
    cache_expiry_days: Days = Field(
        7, description="Days a scene's image is served before it expires."
    )
    max_image_size_mb: int = Field(
        5,
        description="Largest image that may be sent in, in MB; generated images are always kept.",
        ge=0,
        le=1024,
    )
    max_images_per_item: Limit = Field(
        20, description="Images in one gallery; one more is refused with 409."
    )
    webp_quality: int = Field(85, description="WebP quality of full images.", ge=0, le=100)
    embed_prompt: bool = Field(
        default=False,
        description="Write the prompt into the files of images, for everybody to read.",
    )
    c2pa_certificate: Path | None = Field(
        default=None,
        description="PEM file with the certificate that signs generated images (C2PA).",
    )
    c2pa_key: Path | None = Field(default=None, description="PEM file with its private key.")
    thumbnail_size: int = Field(
        200, description="Longest side of a thumbnail, in pixels.", ge=16, le=2048
    )
    backup_retention_days: Days = Field(
        30, description="Days that deleted images and backups are kept."
    )
    admin_token: SecretStr | None = Field(
        None, description="Token for maintenance; required to listen beyond loopback."
    )
    trust_local_network: bool = Field(
        default=False,
        description="Allow HOST beyond loopback without ADMIN_TOKEN, for a trial.",
    )
    allowed_origins: OriginList = Field(
        (), description="Origins of other sites whose pages may use the API, separated by commas."
    )
    trusted_proxies: ProxyList = Field(
        (),
        description="Addresses or networks whose X-Forwarded-For is trusted, separated by commas.",
    )
    log_level: LogLevel = Field("INFO", description="Lowest level that is logged.")
    log_format: Literal["console", "json"] = Field(
        "console", description="console for people, json for machines."
    )
    sentry_dsn: SecretStr | None = Field(
        None, description="Where crashes are reported; empty for nowhere."
    )

    @field_validator("host")
    @classmethod
    def _tidy_host(cls, host: str) -> str:
        return canonical_name(host.removeprefix("[").removesuffix("]").removesuffix("."))

    @field_validator("database_url")
    @classmethod
    def _check_database(cls, value: str) -> str:
        database_path(value)
        return value

    @field_validator("image_storage_dir", "backup_dir", mode="before")
    @classmethod
    def _check_folder(cls, value: Any) -> Any:
        if "://" in str(value):
            raise ValueError("must be a folder")
        return folder_path(str(value))

    @field_validator("admin_token", "gemini_api_key")
    @classmethod
    def _check_secret(cls, secret: SecretStr | None) -> SecretStr | None:
        if secret is not None:
            text = secret.get_secret_value()
            if not (text.isascii() and text.isprintable()) or " " in text:
                raise ValueError("must be printable ASCII without spaces: it travels in a header")
        return secret

    @field_validator("sentry_dsn")
    @classmethod
    def _check_dsn(cls, dsn: SecretStr | None) -> SecretStr | None:
        if dsn is not None and not _DSN.fullmatch(dsn.get_secret_value()):
            raise ValueError("must look like https://key@sentry.example/1")
        return dsn

    @model_validator(mode="after")
    def _guard_open_listening(self) -> Self:
        """Keep a server without an operator from being reachable by anyone unawares."""
        closed = self.listens_on_loopback or self.trust_local_network
        if not closed and self.admin_token is None:
            raise ValueError(
                f"HOST={self.host!r} listens beyond this machine, which needs ADMIN_TOKEN to be set"
            )
        return self

    @model_validator(mode="after")
    def _pair_certificate_and_key(self) -> Self:
        if (self.c2pa_certificate is None) != (self.c2pa_key is None):
            raise ValueError("C2PA_CERTIFICATE and C2PA_KEY need one another")
        return self

    @model_validator(mode="after")
    def _share_one_database(self) -> Self:
        """Processes that each have a database of their own would pay for everything twice."""
        if self.workers > 1 and self.database_file is None:
            raise ValueError("WORKERS above 1 needs a DATABASE_URL that is a file")
        return self

    @property
    def database_file(self) -> Path | None:
        """The file that holds the database, as an absolute path; None for one in memory."""
        return database_path(self.database_url)

    @property
    def listens_on_loopback(self) -> bool:
        """Whether only programs on this machine can connect."""
        return is_loopback(self.host)

    @property
    def listens_everywhere(self) -> bool:
        """Whether ``HOST`` stands for every address of this machine."""
        return self.host in {"0.0.0.0", "::"}  # noqa: S104 - a comparison, nothing is bound

    @property
    def is_published(self) -> bool:
        """Whether others get here although it may listen on loopback only: there is a proxy."""
        is_behind_proxy = bool(self.trusted_proxies or self.root_path)
        return is_behind_proxy or not all(map(is_loopback, self.allowed_hosts))

    @property
    def welcomes_loopback_pages(self) -> bool:
        """Whether pages on other ports of this machine may use the API: a developer's laptop."""
        return self.listens_on_loopback and self.admin_token is None and not self.is_published

    @property
    def uses_gemini(self) -> bool:
        """Whether images come from Gemini rather than from the local painter."""
        if self.image_provider == "auto":
            return self.gemini_api_key is not None
        return self.image_provider == "gemini"


def load_settings(**overrides: Any) -> Settings:
    """Read the settings.

    Raises:
        ConfigurationError: When a value is not allowed, or one of the stores lies inside
            another; says which, and never shows a secret.
    """
    try:
        settings = Settings(**overrides)
    except ValidationError as error:
        raise ConfigurationError("\n".join(_lines(error))) from None
    except UnicodeDecodeError as error:
        raise ConfigurationError(f".env is no text in UTF-8: {error.reason}") from None
    except OSError as error:
        raise ConfigurationError(f".env cannot be read: {error.strerror}") from None
    overlap = why_not_apart(settings.database_file, settings.image_storage_dir, settings.backup_dir)
    if overlap is not None:
        raise ConfigurationError(overlap)
    return settings


def log_format() -> Literal["console", "json"]:
    """The form that log lines have, also where another setting is not allowed."""

    class Form(BaseSettings):
        model_config = Settings.model_config
        log_format: str = "console"

    try:
        return "json" if Form().log_format == "json" else "console"
    except (OSError, UnicodeDecodeError):
        return "json" if Form(_env_file=None).log_format == "json" else "console"


def _lines(error: ValidationError) -> list[str]:
    lines = []
    for problem in error.errors(include_url=False):
        message = problem["msg"].removeprefix("Value error, ")
        if not problem["loc"]:
            lines.append(message)
            continue
        name = str(problem["loc"][0])
        shown = "(hidden)" if _is_secret(name) else _without_password(repr(problem["input"]))
        lines.append(f"{name.upper()} is {shown}, which is not allowed: {message}")
    return lines


def _without_password(shown: str) -> str:
    return _PASSWORD_IN_URL.sub(r"\1:(hidden)@", shown)


def _is_secret(name: str) -> bool:
    field = Settings.model_fields.get(name)
    return field is None or "SecretStr" in str(field.annotation)
