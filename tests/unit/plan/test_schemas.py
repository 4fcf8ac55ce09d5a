"""The schemas in the repository are those of the models, and the examples keep them."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from planners.plan.schemas import json_schemas

ROOT = Path(__file__).parents[3]
SCHEMAS = json_schemas()


def _as_json(value: Any) -> Any:
    """What YAML reads as a day is a text in JSON."""
    if isinstance(value, dict):
        return {name: _as_json(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_as_json(each) for each in value]
    return value.isoformat() if isinstance(value, dt.date) else value


@pytest.mark.parametrize("name", sorted(SCHEMAS))
def test_no_schema_has_drifted_from_its_model(name: str) -> None:
    stored = (ROOT / "schemas" / name).read_text(encoding="utf-8")
    assert stored == SCHEMAS[name], "run `make generate`"


def test_no_schema_is_left_over() -> None:
    # Other rooms generate schemas of their own; those of this room all end up in the folder.
    assert set(SCHEMAS) <= {path.name for path in (ROOT / "schemas").iterdir()}


@pytest.mark.parametrize("name", sorted(SCHEMAS))
def test_every_schema_is_one(name: str) -> None:
    schema = json.loads(SCHEMAS[name])
    jsonschema.validators.validator_for(schema).check_schema(schema)
    assert schema["description"]


@pytest.mark.parametrize(
    ("example", "name"),
    [
        ("small.yaml", "plan-document.schema.json"),
        ("realistic/plan.yaml", "technical-plan.schema.json"),
        ("realistic/resources.yaml", "resource-requirements.schema.json"),
        ("realistic/timeline.yaml", "timeline.schema.json"),
    ],
)
def test_examples_keep_the_schemas(example: str, name: str) -> None:
    document = _as_json(yaml.safe_load((ROOT / "examples" / example).read_text()))
    jsonschema.validate(document, json.loads(SCHEMAS[name]))


def test_the_broken_example_does_not_keep_the_schema() -> None:
    text = (ROOT / "examples" / "small.yaml").read_text().replace("points: 3", "points: three")
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(_as_json(yaml.safe_load(text)), json.loads(SCHEMAS["plan-document.schema.json"]))
