"""`muster generate`: writes what is made from the code, so that it can't drift."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.exits import CommandFailed


def generate(
    check: Annotated[bool, typer.Option("--check", help="Write nothing; fail when something is out of date.")] = False,
    root: Annotated[Path, typer.Option("--root", help="The checkout.")] = Path(),
) -> int:
    """Write the JSON Schemas and the tables of the README. For developers, in a checkout."""
    if not (root / "pyproject.toml").is_file():
        raise CommandFailed(f"--root '{root}': expected a checkout of Muster")
    stale = [path for path, text in wanted(root).items() if not path.is_file() or path.read_text("utf-8") != text]
    for path in stale:
        if check:
            typer.echo(f"{path} is out of date; run 'make generate'", err=True)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(wanted(root)[path], "utf-8")
            typer.echo(f"wrote {path}")
    return 1 if check and stale else 0


def wanted(root: Path) -> dict[Path, str]:
    """What each generated file should hold."""
    from planners.plan.schemas import json_schemas

    files = {root / "schemas" / name: text for name, text in json_schemas().items()}
    readme = root / "README.md"
    if readme.is_file():
        text = _between("settings", settings_table(), readme.read_text("utf-8"))
        files[readme] = _between("scopes", scopes_table(), text)
    return files


def settings_table() -> str:
    """The settings as a Markdown table: name, default, meaning."""
    from pydantic import SecretStr

    from bot.settings import Settings

    rows = ["| setting | default | meaning |", "|---|---|---|"]
    for name, field in Settings.model_fields.items():
        default = field.default
        if isinstance(default, SecretStr):
            default = default.get_secret_value()
        shown = "" if default in (None, ()) else f"`{getattr(default, 'value', default)}`"
        rows.append(f"| `MUSTER_{name.upper()}` | {shown} | {field.description} |")
    return "\n".join(rows)


def scopes_table() -> str:
    """The scopes as a Markdown table."""
    from bot.scopes import SCOPES

    return "\n".join(["| scope | what for |", "|---|---|", *(f"| `{name}` | {why} |" for name, why in SCOPES.items())])


def _between(name: str, table: str, text: str) -> str:
    pattern = re.compile(rf"(<!-- {name}: generated -->\n).*?(<!-- /{name} -->)", re.DOTALL)
    if not pattern.search(text):
        raise CommandFailed(f"README.md has no place for the {name} table (<!-- {name}: generated -->)")
    return pattern.sub(lambda found: f"{found[1]}{table}\n{found[2]}", text)
