"""Settings: from the environment (``MUSTER_…``) or a ``.env`` file, checked at start."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict


class SlackMode(StrEnum):
    """How Slack reaches Muster."""

    SOCKET = "socket"
    HTTP = "http"


class LogFormat(StrEnum):
    """How a log line looks."""

    CONSOLE = "console"
    JSON = "json"


class VenturePolicy(StrEnum):
    """Who may start a venture from Slack."""

    ADMINS = "admins"
    ANYONE = "anyone"


class SettingsError(ValueError):
    """Settings that can't be used; one line per setting, with its name, what it holds and what was expected."""


class Settings(BaseSettings):
    """Every setting. The README's table is generated from here."""

    model_config = SettingsConfigDict(env_prefix="MUSTER_", env_file=".env", env_ignore_empty=True, extra="ignore")

    database_url: SecretStr = Field(
        SecretStr("sqlite:///data/muster.db"),
        description="Where everything is stored: `sqlite:///PATH` for one process, `postgresql://…` for several.",
    )
    slack_bot_token: SecretStr | None = Field(None, description="Bot token of the installed app (`xoxb-…`).")
    slack_app_token: SecretStr | None = Field(
        None, description="App-level token with `connections:write` (`xapp-…`); needed in Socket Mode."
    )
    slack_signing_secret: SecretStr | None = Field(None, description="Signing secret; needed in HTTP mode.")
    slack_mode: SlackMode = Field(
        SlackMode.SOCKET, description="`socket` needs no public address; `http` serves `/slack/events`."
    )
    slack_api_url: str = Field("https://slack.com/api/", description="Slack's Web API; changed by the demo and tests.")
    http_host: str = Field("127.0.0.1", description="Address to listen on in HTTP mode.")
    http_port: Annotated[int, Field(ge=1, le=65535)] = Field(3000, description="Port to listen on in HTTP mode.")
    admins: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="Slack ids of people or user groups, separated by commas, who may do everything."
    )
    new_ventures: VenturePolicy = Field(
        VenturePolicy.ADMINS, description="Who may start a venture from Slack: `admins` or `anyone`."
    )
    jira_url: str | None = Field(None, description="Jira's address. Without it backlogs go to the embedded board.")
    jira_email: str | None = Field(None, description="Jira Cloud: e-mail of the account that the API token belongs to.")
    jira_token: SecretStr | None = Field(
        None, description="Jira Cloud API token, or Data Center personal access token."
    )
    planning_seconds: Annotated[float, Field(ge=0, le=300)] = Field(
        10.0, description="How long a sprint plan may be improved, 0-300 seconds."
    )
    log_level: str = Field("INFO", description="`DEBUG`, `INFO`, `WARNING` or `ERROR`.")
    log_format: LogFormat = Field(LogFormat.CONSOLE, description="`console` for people, `json` for machines.")

    @field_validator("admins", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @field_validator("log_level")
    @classmethod
    def _level(cls, value: str) -> str:
        if value.upper() not in ("DEBUG", "INFO", "WARNING", "ERROR"):
            raise ValueError("expected DEBUG, INFO, WARNING or ERROR")
        return value.upper()

    @field_validator("jira_url", "slack_api_url")
    @classmethod
    def _http(cls, value: str | None) -> str | None:
        if value is not None and not value.startswith(("https://", "http://")):
            raise ValueError("expected an address that starts with https:// or http://")
        return value

    @model_validator(mode="after")
    def _whole(self) -> Settings:
        if self.jira_url is not None and self.jira_token is None:
            raise ValueError("MUSTER_JIRA_TOKEN is missing: MUSTER_JIRA_URL is set")
        return self

    def slack_missing(self) -> list[str]:
        """Names of the settings without which Slack can't be reached in the chosen mode."""
        needed = {"MUSTER_SLACK_BOT_TOKEN": self.slack_bot_token}
        if self.slack_mode is SlackMode.SOCKET:
            needed["MUSTER_SLACK_APP_TOKEN"] = self.slack_app_token
        else:
            needed["MUSTER_SLACK_SIGNING_SECRET"] = self.slack_signing_secret
        return [name for name, value in needed.items() if value is None]


def load_settings(env_file: Path | None = Path(".env")) -> Settings:
    """Read the settings. Raises :class:`SettingsError` that names each bad one."""
    try:
        return Settings(_env_file=env_file)
    except ValidationError as error:
        lines = []
        for problem in error.errors():
            name = "".join(f"MUSTER_{str(part).upper()}" for part in problem["loc"][:1])
            found = "" if not name or "token" in name.lower() else f" '{problem['input']}'"
            message = problem["msg"].removeprefix("Value error, ")
            lines.append(f"{name}{found}: {message}" if name else message)
        raise SettingsError("\n".join(lines)) from error
