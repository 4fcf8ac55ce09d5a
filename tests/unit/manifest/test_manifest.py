"""The manifest says exactly what the app does: no more, or Slack asks for too much; no less, or buttons are dead."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Annotated, Any, Literal, cast

import pytest
import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from slack_bolt import App
from slack_sdk import WebClient

from bot.listeners import register
from bot.scopes import SCOPES
from bot.services import Services

ROOT = Path(__file__).resolve().parents[3]

# The scope that Slack's documentation names for each Web API method; empty where any bot token will do.
SCOPE_OF = {
    "apps_connections_open": set(),
    "auth_test": set(),
    "chat_postEphemeral": {"chat:write"},
    "chat_postMessage": {"chat:write"},
    "chat_update": {"chat:write"},
    "conversations_info": {"channels:read", "groups:read"},
    "conversations_open": {"im:write"},
    "files_info": {"files:read"},
    "files_upload_v2": {"files:write"},
    "usergroups_users_list": {"usergroups:read"},
    "views_open": set(),
    "views_publish": set(),
    "views_update": set(),
}
# Not asked for by a Web API method: slash commands.
BY_FEATURE = {"commands"}


class Part(BaseModel):
    """What is not known is a mistake, as in Slack's own schema."""

    model_config = ConfigDict(extra="forbid")


class Metadata(Part):
    """Which schema."""

    major_version: Literal[2]


class Display(Part):
    """How the app presents itself."""

    name: Annotated[str, Field(min_length=1, max_length=35)]
    description: Annotated[str, Field(min_length=1, max_length=140)]
    background_color: Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{3}([0-9a-fA-F]{3})?$")]


class Home(Part):
    """Its tabs."""

    home_tab_enabled: bool
    messages_tab_enabled: bool
    messages_tab_read_only_enabled: bool


class BotUser(Part):
    """Its user."""

    display_name: Annotated[str, Field(min_length=1, max_length=80)]
    always_online: bool


class Command(Part):
    """A slash command."""

    command: Annotated[str, Field(pattern=r"^/", min_length=2, max_length=32)]
    description: Annotated[str, Field(min_length=1, max_length=2000)]
    usage_hint: Annotated[str, Field(min_length=1, max_length=1000)]
    should_escape: bool


class Features(Part):
    """What people see."""

    app_home: Home
    bot_user: BotUser
    slash_commands: Annotated[list[Command], Field(min_length=1, max_length=50)]


class Scopes(Part):
    """Of the bot token; there is no user token."""

    bot: Annotated[list[str], Field(min_length=1, max_length=255)]


class Oauth(Part):
    """Permissions."""

    scopes: Scopes


class Events(Part):
    """What Slack sends."""

    bot_events: Annotated[list[str], Field(min_length=1, max_length=100)]


class Switch(Part):
    """On or off."""

    is_enabled: bool


class AppSettings(Part):
    """How Slack reaches the app."""

    event_subscriptions: Events
    interactivity: Switch
    org_deploy_enabled: bool
    socket_mode_enabled: bool
    token_rotation_enabled: bool


class Manifest(Part):
    """The parts of Slack's manifest, version 2, that an app like this has, with Slack's own limits."""

    metadata: Annotated[Metadata, Field(alias="_metadata")]
    display_information: Display
    features: Features
    oauth_config: Oauth
    settings: AppSettings


class Registry:
    """Stands for the Bolt app while listeners are registered, and writes down what is asked for."""

    def __init__(self) -> None:
        self.found: dict[str, list[str]] = {"command": [], "event": [], "action": [], "view": []}

    def __getattr__(self, kind: str) -> Any:
        def named(name: str | re.Pattern[str]) -> Any:
            self.found[kind].append(name if isinstance(name, str) else name.pattern)
            return lambda listener: listener

        return named


class Anything:
    """Stands for services that are not called."""

    def __getattr__(self, name: str) -> Any:
        return Anything()


@pytest.fixture(scope="module")
def raw() -> dict[str, Any]:
    """The file."""
    return cast(dict[str, Any], yaml.safe_load((ROOT / "manifest.yml").read_text()))


@pytest.fixture(scope="module")
def registered() -> dict[str, list[str]]:
    """What the listeners ask for."""
    registry = Registry()
    register(cast(App, registry), cast(Services, Anything()))
    return registry.found


def test_the_manifest_is_one_that_slack_takes(raw: dict[str, Any]) -> None:
    Manifest.model_validate(raw)


def test_a_key_that_slack_does_not_know_is_noticed(raw: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Manifest.model_validate({**raw, "feature": {}})


def test_commands_and_events_are_those_that_are_registered(
    raw: dict[str, Any], registered: dict[str, list[str]]
) -> None:
    manifest = Manifest.model_validate(raw)
    assert sorted(registered["command"]) == sorted(each.command for each in manifest.features.slash_commands)
    assert sorted(registered["event"]) == sorted(manifest.settings.event_subscriptions.bot_events)
    assert manifest.settings.interactivity.is_enabled is bool(registered["action"] or registered["view"])
    assert manifest.features.app_home.home_tab_enabled is ("app_home_opened" in registered["event"])


def test_nothing_is_registered_twice(registered: dict[str, list[str]]) -> None:
    for kind, names in registered.items():
        assert len(names) == len(set(names)), kind


def test_every_button_and_form_has_a_listener(registered: dict[str, list[str]]) -> None:
    """Each action and callback id that a builder names is heard."""
    named = set()
    for path in (ROOT / "bot" / "blocks").glob("*.py"):
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant):
                value = node.value.value
                if isinstance(value, str) and re.fullmatch(r"(sprint_plan|home)\.[a-z_]+", value):
                    named.add(value)
    heard = [*registered["action"], *registered["view"]]
    unheard = {name for name in named if not any(re.match(rule, name) or re.match(rule, f"{name}.x") for rule in heard)}
    assert len(named) > 10
    assert unheard == set()


def test_scopes_are_those_of_the_methods_that_the_code_calls(raw: dict[str, Any]) -> None:
    manifest = Manifest.model_validate(raw)
    used = methods_used()
    assert used == set(SCOPE_OF), "the table of scopes in this test is out of date"
    needed = BY_FEATURE.union(*(SCOPE_OF[name] for name in used))
    assert sorted(manifest.oauth_config.scopes.bot) == sorted(needed)
    assert set(SCOPES) == needed


def methods_used() -> set[str]:
    """Every Web API method that is called on a client anywhere in the app, but not in the demo."""
    known = {name for name in dir(WebClient) if "_" in name and not name.startswith("_")}
    used = set()
    for path in (ROOT / "bot").rglob("*.py"):
        if "demo" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in known:
                owner = ast.unparse(node.func.value)
                if owner.endswith("client"):
                    used.add(node.func.attr)
    return used
