"""Turns short answers into the state that Slack sends when somebody submits a modal."""

from collections.abc import Mapping
from typing import Any

Answer = Any
Element = Mapping[str, Any]

_TEXT = {"plain_text_input", "email_text_input", "url_text_input", "number_input"}
_PICKERS = {"users_select": "user", "channels_select": "channel", "conversations_select": "conversation"}
_TIMES = {"datepicker": "date", "timepicker": "time", "datetimepicker": "date_time"}


def view_values(view: Mapping[str, Any], answers: Mapping[str, Answer]) -> dict[str, dict[str, Any]]:
    """The `state.values` of a view. An answer is named by its block id, or by its action id.

    An input without an answer keeps its initial value, as in Slack. Texts and numbers are given as they are,
    options by their value (or a list of values), people and channels by their id, dates as text, files as a
    list of objects with an id.

    Raises:
        KeyError: an answer fits no input of the view.
        ValueError: the answer is not one of the options.
    """
    values: dict[str, dict[str, Any]] = {}
    unused = set(answers)
    for block in view.get("blocks", []):
        if block.get("type") != "input":
            continue
        element = block["element"]
        names = [name for name in (block.get("block_id"), element.get("action_id")) if name in answers]
        unused.difference_update(names)
        state = _answered(element, answers[names[0]]) if names else _initial(element)
        values.setdefault(block["block_id"], {})[element["action_id"]] = state
    if unused:
        known = sorted(values)
        raise KeyError(f"no input for {sorted(unused)} in the view {view.get('callback_id')!r}; it has {known}")
    return values


def option(element: Element, value: str) -> dict[str, Any]:
    """The option of a select, radio or checkbox element that has this value.

    Raises:
        ValueError: there is none.
    """
    groups = element.get("option_groups", [])
    options = [*element.get("options", []), *(o for group in groups for o in group["options"])]
    for candidate in options:
        if candidate.get("value") == value:
            return dict(candidate)
    raise ValueError(f"{value!r} is not an option; there are {[o.get('value') for o in options]}")


def _answered(element: Element, answer: Answer) -> dict[str, Any]:
    kind = str(element["type"])
    if kind in _TEXT:
        return {"type": kind, "value": None if answer is None else str(answer)}
    if kind == "file_input":
        return {"type": kind, "files": answer}
    if kind in _TIMES:
        return {"type": kind, f"selected_{_TIMES[kind]}": answer}
    if kind in _PICKERS:
        return {"type": kind, f"selected_{_PICKERS[kind]}": answer}
    if kind.removeprefix("multi_") in _PICKERS:
        return {"type": kind, f"selected_{_PICKERS[kind.removeprefix('multi_')]}s": answer}
    if kind == "checkboxes" or kind.startswith("multi_"):
        return {"type": kind, "selected_options": [option(element, value) for value in answer]}
    return {"type": kind, "selected_option": None if answer is None else option(element, answer)}


def _initial(element: Element) -> dict[str, Any]:
    kind = str(element["type"])
    if kind in _TEXT:
        return {"type": kind, "value": element.get("initial_value")}
    if kind == "file_input":
        return {"type": kind, "files": []}
    if kind in _TIMES:
        return {"type": kind, f"selected_{_TIMES[kind]}": element.get(f"initial_{_TIMES[kind]}")}
    if kind in _PICKERS:
        return {"type": kind, f"selected_{_PICKERS[kind]}": element.get(f"initial_{_PICKERS[kind]}")}
    if kind.removeprefix("multi_") in _PICKERS:
        plural = f"{_PICKERS[kind.removeprefix('multi_')]}s"
        return {"type": kind, f"selected_{plural}": element.get(f"initial_{plural}", [])}
    if kind == "checkboxes" or kind.startswith("multi_"):
        return {"type": kind, "selected_options": element.get("initial_options", [])}
    return {"type": kind, "selected_option": element.get("initial_option")}
