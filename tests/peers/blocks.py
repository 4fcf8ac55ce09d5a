"""Checks blocks against Slack's limits, as Slack would when it answers `invalid_blocks`: a failure names the path."""

import logging
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Literal

from slack_sdk.errors import SlackObjectFormationError
from slack_sdk.models.blocks import Block

Json = dict[str, Any]
Surface = Literal["message", "modal", "home"]

MOST_BLOCKS = {"message": 50, "modal": 100, "home": 100}
MESSAGE_TEXT = 12_000
MESSAGES_ONLY = {"markdown", "plan", "task_card", "context_actions"}
IDENTIFIER = 255

_MENUS = {"static_select", "external_select", "users_select", "conversations_select", "channels_select"}
_MULTI = {f"multi_{menu}" for menu in _MENUS}
_DATES = {"datepicker", "timepicker", "datetimepicker"}
_CHOICES = {"checkboxes", "radio_buttons"}
_TEXTS = {"plain_text_input", "email_text_input", "url_text_input", "number_input", "rich_text_input"}
IN_ACTIONS = {"button", "overflow", "workflow_button", *_MENUS, *_DATES, *_CHOICES, *_MULTI}
IN_SECTION = {"image", *IN_ACTIONS}
IN_INPUT = {"file_input", *_TEXTS, *_MENUS, *_MULTI, *_DATES, *_CHOICES}
MOST_OPTIONS = {"overflow": 5, "checkboxes": 10, "radio_buttons": 10}


def check_blocks(blocks: Sequence[Json], surface: Surface = "message") -> None:
    """Check the blocks of a message, a modal or an App Home.

    Raises:
        AssertionError: Slack would refuse them; the message starts with the path, such as `blocks[3].text.text`.
    """
    _ensure(len(blocks) <= MOST_BLOCKS[surface], "blocks", f"{len(blocks)} blocks, at most {MOST_BLOCKS[surface]}")
    seen: set[str] = set()
    for number, block in enumerate(blocks):
        path = f"blocks[{number}]"
        if "block_id" in block:
            _length(block["block_id"], IDENTIFIER, f"{path}.block_id")
            _ensure(block["block_id"] not in seen, f"{path}.block_id", f"{block['block_id']!r} is used twice")
            seen.add(block["block_id"])
        _block(block, path, surface)
    if surface == "message":
        total = sum(len(text) for text in texts(list(blocks)))
        _ensure(total <= MESSAGE_TEXT, "blocks", f"{total} characters of text, at most {MESSAGE_TEXT}")
        tables = [block for block in blocks if block.get("type") == "table"]
        _ensure(len(tables) <= 1, "blocks", "more than one table in a message")


def check_view(view: Json) -> None:
    """Check a modal or an App Home with its blocks.

    Raises:
        AssertionError: Slack would refuse it; the message starts with the path.
    """
    surface = view.get("type")
    if surface != "modal" and surface != "home":
        raise AssertionError(f"type: {surface!r} is neither modal nor home")
    if surface == "modal":
        _text(view.get("title"), 24, "title", plain=True)
        for name in ("submit", "close"):
            if name in view:
                _text(view[name], 24, name, plain=True)
        has_input = any(block.get("type") == "input" for block in view["blocks"])
        _ensure("submit" in view or not has_input, "submit", "missing although there are inputs")
    _length(view.get("private_metadata", ""), 3_000, "private_metadata")
    _length(view.get("callback_id", ""), IDENTIFIER, "callback_id")
    _length(view.get("external_id", ""), IDENTIFIER, "external_id")
    check_blocks(view["blocks"], surface)


def texts(value: Any) -> Iterator[str]:
    """Every text that a person reads in these blocks."""
    if isinstance(value, list):
        for entry in value:
            yield from texts(entry)
    elif isinstance(value, dict):
        for name, entry in value.items():
            if name == "text" and isinstance(entry, str):
                yield entry
            elif isinstance(entry, dict | list):
                yield from texts(entry)


def _block(block: Json, path: str, surface: Surface) -> None:
    kind = block.get("type")
    check = _BLOCKS.get(str(kind))
    if check is None:
        raise AssertionError(f"{path}.type: {kind!r} is not a type of block")
    _ensure(surface == "message" or kind not in MESSAGES_ONLY, path, f"{kind} stands in messages only")
    check(block, path, surface)
    if kind in _WITHOUT_CLASS:
        return
    logging.getLogger("slack_sdk.models").setLevel(logging.ERROR)
    try:
        parsed = Block.parse(block)
        if parsed is None:
            raise AssertionError(f"{path}: slack_sdk does not know {kind}")
        parsed.validate_json()
    except (SlackObjectFormationError, TypeError) as error:
        raise AssertionError(f"{path}: {error}") from error


def _section(block: Json, path: str, surface: Surface) -> None:
    _ensure("text" in block or "fields" in block, path, "neither text nor fields")
    if "text" in block:
        _text(block["text"], 3_000, f"{path}.text")
    if "fields" in block:
        _count(block["fields"], 1, 10, f"{path}.fields")
        for number, field in enumerate(block["fields"]):
            _text(field, 2_000, f"{path}.fields[{number}]")
    if "accessory" in block:
        _element(block["accessory"], IN_SECTION, f"{path}.accessory")


def _actions(block: Json, path: str, surface: Surface) -> None:
    _count(block.get("elements", []), 1, 25, f"{path}.elements")
    seen: set[str] = set()
    for number, element in enumerate(block["elements"]):
        _element(element, IN_ACTIONS, f"{path}.elements[{number}]")
        name = element.get("action_id")
        _ensure(name is None or name not in seen, f"{path}.elements[{number}].action_id", f"{name!r} is used twice")
        seen.add(str(name))


def _context(block: Json, path: str, surface: Surface) -> None:
    _count(block.get("elements", []), 1, 10, f"{path}.elements")
    for number, element in enumerate(block["elements"]):
        where = f"{path}.elements[{number}]"
        if element.get("type") == "image":
            _image(element, where, surface)
        else:
            _text(element, 3_000, where)


def _input(block: Json, path: str, surface: Surface) -> None:
    _text(block.get("label"), 2_000, f"{path}.label", plain=True)
    if "hint" in block:
        _text(block["hint"], 2_000, f"{path}.hint", plain=True)
    element = block.get("element", {})
    _element(element, IN_INPUT, f"{path}.element")
    _ensure("action_id" in element, f"{path}.element.action_id", "missing")
    _ensure("block_id" in block, f"{path}.block_id", "missing: the answer could not be found again")
    if element["type"] == "file_input":
        _ensure(surface == "modal", path, "a file input stands in modals only")


def _header(block: Json, path: str, surface: Surface) -> None:
    _text(block.get("text"), 150, f"{path}.text", plain=True)


def _image(block: Json, path: str, surface: Surface) -> None:
    _ensure("image_url" in block or "slack_file" in block, path, "neither image_url nor slack_file")
    _length(block.get("image_url", ""), 3_000, f"{path}.image_url")
    _ensure(bool(block.get("alt_text")), f"{path}.alt_text", "missing")
    _length(block["alt_text"], 2_000, f"{path}.alt_text")
    if "title" in block:
        _text(block["title"], 2_000, f"{path}.title", plain=True)


def _markdown(block: Json, path: str, surface: Surface) -> None:
    _length(block.get("text", ""), 12_000, f"{path}.text", least=1)


def _table(block: Json, path: str, surface: Surface) -> None:
    _rows(block, path, 1, 100)
    settings = block.get("column_settings", [])
    _count(settings, 0, 20, f"{path}.column_settings")
    for number, setting in enumerate(settings):
        align = (setting or {}).get("align", "left")
        _ensure(align in ("left", "center", "right"), f"{path}.column_settings[{number}].align", f"{align!r}")


def _data_table(block: Json, path: str, surface: Surface) -> None:
    _length(block.get("caption", ""), 3_000, f"{path}.caption", least=1)
    _rows(block, path, 2, 101)
    kinds = [cell["type"] for cell in block["rows"][0]]
    _ensure("rich_text" not in kinds, f"{path}.rows[0]", "a header cell is rich text")
    _ensure(1 <= block.get("page_size", 5) <= 100, f"{path}.page_size", f"{block.get('page_size')}")


def _rows(block: Json, path: str, least: int, most: int) -> None:
    rows = block.get("rows", [])
    _count(rows, least, most, f"{path}.rows")
    width = len(rows[0])
    for number, row in enumerate(rows):
        where = f"{path}.rows[{number}]"
        _count(row, 1, 20, where)
        _ensure(len(row) == width, where, f"{len(row)} cells, the first row has {width}")
        for column, cell in enumerate(row):
            kind = cell.get("type")
            _ensure(kind in ("raw_text", "raw_number", "rich_text"), f"{where}[{column}].type", f"{kind!r}")
            if kind == "raw_text":
                _length(cell.get("text", ""), 3_000, f"{where}[{column}].text", least=1)


def _container(block: Json, path: str, surface: Surface) -> None:
    children = block.get("child_blocks", [])
    _count(children, 1, 10, f"{path}.child_blocks")
    for number, child in enumerate(children):
        where = f"{path}.child_blocks[{number}]"
        _ensure(child.get("type") != "data_table", where, "slack_sdk turns a data_table inside a container into null")
        _block(child, where, surface)


def _plan(block: Json, path: str, surface: Surface) -> None:
    _length(block.get("title", ""), 256, f"{path}.title", least=1)
    tasks = block.get("tasks", [])
    _count(tasks, 0, 50, f"{path}.tasks")
    seen: set[str] = set()
    for number, task in enumerate(tasks):
        _block(task, f"{path}.tasks[{number}]", surface)
        _ensure(task["task_id"] not in seen, f"{path}.tasks[{number}].task_id", f"{task['task_id']!r} is used twice")
        seen.add(task["task_id"])


def _task(block: Json, path: str, surface: Surface) -> None:
    _length(block.get("title", ""), 256, f"{path}.title", least=1)
    _length(block.get("task_id", ""), IDENTIFIER, f"{path}.task_id", least=1)
    for name in ("details", "output"):
        if block.get(name) is not None:
            _ensure(block[name].get("type") == "rich_text", f"{path}.{name}", "not rich text")


def _alert(block: Json, path: str, surface: Surface) -> None:
    _text(block.get("text"), 3_000, f"{path}.text")


def _free(block: Json, path: str, surface: Surface) -> None:
    """A block whose checks are slack_sdk's alone."""


_BLOCKS: dict[str, Callable[[Json, str, Surface], None]] = {
    "section": _section,
    "actions": _actions,
    "context": _context,
    "input": _input,
    "header": _header,
    "image": _image,
    "markdown": _markdown,
    "table": _table,
    "data_table": _data_table,
    "container": _container,
    "plan": _plan,
    "task_card": _task,
    "alert": _alert,
    "divider": _free,
    "rich_text": _free,
    "context_actions": _free,
    "video": _free,
    "file": _free,
    "card": _free,
    "carousel": _free,
}
_WITHOUT_CLASS = {"data_table"}


def _element(element: Json, allowed: set[str], path: str) -> None:
    kind = str(element.get("type"))
    _ensure(kind in allowed, f"{path}.type", f"{kind!r} cannot stand here")
    if kind == "image":
        _image(element, path, "message")
        return
    _length(element.get("action_id", ""), IDENTIFIER, f"{path}.action_id")
    if "placeholder" in element:
        _text(element["placeholder"], 150, f"{path}.placeholder", plain=True)
    if "confirm" in element:
        for name, most in (("title", 100), ("text", 300), ("confirm", 30), ("deny", 30)):
            _text(element["confirm"].get(name), most, f"{path}.confirm.{name}")
    if kind == "button":
        _button(element, path)
    if kind in _TEXTS:
        most = element.get("max_length", 3_000)
        _ensure(most <= 3_000, f"{path}.max_length", f"{most}")
        if isinstance(element.get("initial_value"), str):
            _length(element["initial_value"], most, f"{path}.initial_value")
    if kind in ("static_select", "multi_static_select", "overflow", *_CHOICES):
        _options(element, path)


def _button(element: Json, path: str) -> None:
    _text(element.get("text"), 75, f"{path}.text", plain=True)
    _length(element.get("value", ""), 2_000, f"{path}.value")
    _length(element.get("url", ""), 3_000, f"{path}.url")
    _length(element.get("accessibility_label", ""), 75, f"{path}.accessibility_label")
    _ensure(element.get("style") in (None, "primary", "danger"), f"{path}.style", f"{element.get('style')!r}")


def _options(element: Json, path: str) -> None:
    groups = element.get("option_groups")
    if groups is not None:
        _count(groups, 1, 100, f"{path}.option_groups")
        for number, group in enumerate(groups):
            _text(group.get("label"), 75, f"{path}.option_groups[{number}].label", plain=True)
    lists = [group["options"] for group in groups] if groups else [element.get("options", [])]
    for options in lists:
        _count(options, 1, MOST_OPTIONS.get(element["type"], 100), f"{path}.options")
        for number, option in enumerate(options):
            where = f"{path}.options[{number}]"
            _text(option.get("text"), 75, f"{where}.text")
            _length(option.get("value", ""), 150, f"{where}.value", least=1)
            if "description" in option:
                _text(option["description"], 75, f"{where}.description")
    every = [option for options in lists for option in options]
    values = [option["value"] for option in every]
    _ensure(len(values) == len(set(values)), f"{path}.options", "two options have the same value")
    chosen = element.get("initial_options") or [element[n] for n in ("initial_option",) if n in element]
    for option in chosen:
        _ensure(option in every, f"{path}.initial_option", f"{option.get('value')!r} is none of the options")


def _text(value: Any, most: int, path: str, *, plain: bool = False) -> None:
    _ensure(isinstance(value, dict) and isinstance(value.get("text"), str), path, "is not a text object")
    allowed = ("plain_text",) if plain else ("plain_text", "mrkdwn")
    _ensure(value.get("type") in allowed, f"{path}.type", f"{value.get('type')!r}")
    _length(value["text"], most, f"{path}.text", least=1)


def _length(value: Any, most: int, path: str, *, least: int = 0) -> None:
    _ensure(isinstance(value, str), path, f"{value!r} is not a text")
    _ensure(least <= len(value) <= most, path, f"{len(value)} characters, from {least} to {most}")


def _count(values: Sequence[Any], least: int, most: int, path: str) -> None:
    _ensure(least <= len(values) <= most, path, f"{len(values)} entries, from {least} to {most}")


def _ensure(condition: bool, path: str, problem: str) -> None:
    if not condition:
        raise AssertionError(f"{path}: {problem}")
