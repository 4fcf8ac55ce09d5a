"""JSON Schemas of what goes in and what comes out, generated from the models."""

from __future__ import annotations

import json
from typing import Any, Literal

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from planners.plan.models import PlanDocument, Resources, TechnicalPlan, Timeline
from planners.sprints.model import SprintPlan

_SCHEMAS: dict[str, tuple[type[BaseModel], Literal["validation", "serialization"], str]] = {
    "technical-plan.schema.json": (TechnicalPlan, "validation", "Technical plan"),
    "resource-requirements.schema.json": (Resources, "validation", "Resource requirements"),
    "timeline.schema.json": (Timeline, "validation", "Timeline"),
    "plan-document.schema.json": (PlanDocument, "validation", "Plan document"),
    "sprint-plan.schema.json": (SprintPlan, "serialization", "Sprint plan"),
}


class _Generator(GenerateJsonSchema):
    """Says what a decimal looks like as text; by itself pydantic lets any text pass."""

    def decimal_schema(self, schema: core_schema.DecimalSchema) -> JsonSchemaValue:
        found = super().decimal_schema(schema)
        for choice in found.get("anyOf", [found]):
            if choice.get("type") == "string":
                choice["pattern"] = r"^-?\d+(\.\d+)?$"
        return found


def json_schemas() -> dict[str, str]:
    """The text of each schema by its file name; the same text on every run.

    The schemas describe the strict form. Loading takes a little more: Jira's words for priorities and states, and
    parts that stand at the top of a file of their own.
    """
    return {name: _schema(model, mode, title) for name, (model, mode, title) in _SCHEMAS.items()}


def _schema(model: type[BaseModel], mode: Literal["validation", "serialization"], title: str) -> str:
    schema: dict[str, Any] = {"$schema": GenerateJsonSchema.schema_dialect}
    schema |= model.model_json_schema(mode=mode, schema_generator=_Generator)
    schema["title"] = title
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
