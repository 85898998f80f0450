"""Every setting of the program in one typed class, read from ``TANGRAM_...`` environment variables."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any, get_type_hints

import msgspec
import platformdirs

PREFIX = "TANGRAM_"
ROOT = Path(__file__).resolve().parent.parent


class BadSetting(Exception):
    """An environment variable has a value that cannot be used; the text names it and says what is expected."""


def _about(text: str) -> msgspec.Meta:
    return msgspec.Meta(description=text)


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What an operator may set. Each attribute is ``TANGRAM_<NAME>`` in the environment; an empty one is unset."""

    home: Annotated[Path, _about("Data folder: bundled database, uploaded files")]
    database_url: Annotated[
        str | None, _about("Your own PostgreSQL (16 or later, with pg_trgm); unset: the bundled one is started")
    ] = None
    host: Annotated[str, _about("Address that the web server listens on")] = "127.0.0.1"
    port: Annotated[int, _about("Port of the web server")] = 8000
    web_processes: Annotated[int, _about("Web server processes that `tangram run` starts")] = 1
    worker_jobs: Annotated[int, _about("Jobs that one worker runs at a time")] = 4
    pool_size: Annotated[int, _about("Most database connections of one process")] = 10
    log_level: Annotated[str, _about("debug, info, warning or error")] = "info"
    analytics_url: Annotated[str | None, _about("Engine that runs analyses; unset: in this process")] = None
    files_url: Annotated[str | None, _about("Object storage of uploaded files; unset: the home folder")] = None
    nats_url: Annotated[str | None, _about("NATS JetStream of a cluster; unset: PostgreSQL only")] = None

    @property
    def files(self) -> Path:
        """Folder of uploaded files; one folder a tenant in it."""
        return self.home / "files"

    def environment(self) -> dict[str, str]:
        """The same settings as environment variables, for a child process."""
        values = {name: getattr(self, name) for name in self.__struct_fields__}
        return {f"{PREFIX}{name.upper()}": str(value) for name, value in values.items() if value is not None}


LOG_LEVELS = ("debug", "info", "warning", "error")


def load(environment: dict[str, str] | None = None) -> Settings:
    """Read the settings; raises ``BadSetting``."""
    values = _given(os.environ if environment is None else environment)
    if "home" in values:
        values["home"] = str(Path(values["home"]).expanduser().absolute())
    else:
        values["home"] = str(default_home())
    try:
        settings = msgspec.convert(values, Settings, strict=False, dec_hook=_path)
    except msgspec.ValidationError as error:
        text = str(error)
        name = text.rpartition("$.")[2].strip("`") if "$." in text else ""
        raise BadSetting(f"{PREFIX}{name.upper()}: {text.partition(' - at')[0]}") from error
    _check(settings)
    return settings


def default_home() -> Path:
    """``.tangram`` beside the checkout, or the platform's folder for user data where there is no checkout."""
    if (ROOT / "Makefile").is_file() and (ROOT / "pyproject.toml").is_file():
        return ROOT / ".tangram"
    return Path(platformdirs.user_data_dir("tangram"))


def listing(settings: Settings) -> list[tuple[str, str, str, str]]:
    """Rows of ``tangram settings``: variable, value (passwords hidden), where the value comes from, meaning."""
    given = _given(os.environ)
    hints = get_type_hints(Settings, include_extras=True)
    rows = []
    for name in Settings.__struct_fields__:
        value = getattr(settings, name)
        shown = "" if value is None else _hidden(name, str(value))
        source = "environment" if name in given else "default"
        meta = next(part for part in hints[name].__metadata__ if isinstance(part, msgspec.Meta))
        rows.append((f"{PREFIX}{name.upper()}", shown, source, meta.description or ""))
    return rows


def _given(environment: Any) -> dict[str, str]:
    found = {name: environment.get(f"{PREFIX}{name.upper()}", "") for name in Settings.__struct_fields__}
    return {name: value for name, value in found.items() if value}


def _path(kind: type, value: Any) -> Any:
    if kind is Path:
        return Path(value)
    raise TypeError(kind)


def _check(settings: Settings) -> None:
    if settings.log_level not in LOG_LEVELS:
        raise BadSetting(f"{PREFIX}LOG_LEVEL: one of {', '.join(LOG_LEVELS)} is expected")
    for name, low, high in (
        ("port", 1, 65535),
        ("web_processes", 1, 64),
        ("worker_jobs", 1, 64),
        ("pool_size", 2, 200),
    ):
        if not low <= getattr(settings, name) <= high:
            raise BadSetting(f"{PREFIX}{name.upper()}: a number from {low} to {high} is expected")
    if settings.database_url and not settings.database_url.startswith(("postgresql://", "postgres://")):
        raise BadSetting(f"{PREFIX}DATABASE_URL: an address that begins with postgresql:// is expected")


def _hidden(name: str, value: str) -> str:
    head, at, rest = value.rpartition("@")
    if name.endswith("_url") and at and ":" in head.partition("://")[2]:
        return f"{head.rpartition(':')[0]}:***@{rest}"
    return value
