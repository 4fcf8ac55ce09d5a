"""The burn-up picture."""

from __future__ import annotations

import io
import sys
from typing import Any

import numpy as np
import pytest

from planners.sprints.chart import BLUE, GROUND, HEIGHT, INK, ORANGE, WIDTH, burn_up_alt_text, burn_up_png
from planners.sprints.model import SprintPlan
from planners.sprints.planner import plan_sprints
from tests.support.plan_documents import document, history, options, story

BETA = {"title": "Beta", "due": "2026-04-10", "items": ["s0"]}


def made(milestones: Any = (BETA,), **more: Any) -> SprintPlan:
    stories = [story(f"s{n}", 5, priority="must" if n < 6 else "could") for n in range(14)]
    return plan_sprints(
        document(*stories, milestones=milestones, history=history(9, 14, 10, 12, 9, 11)), options(**more)
    )


def pixels(png: bytes) -> np.ndarray[Any, np.dtype[np.float32]]:
    from matplotlib.image import imread

    return np.asarray(imread(io.BytesIO(png)), dtype=np.float32)[..., :3]


def of_colour(picture: np.ndarray[Any, np.dtype[np.float32]], colour: str) -> int:
    wanted = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    return int((np.abs(picture - wanted).max(axis=-1) < 0.02).sum())


def test_it_has_its_size_its_ground_and_all_its_lines() -> None:
    picture = pixels(burn_up_png(made()))
    assert picture.shape[:2] == (HEIGHT, WIDTH)
    assert of_colour(picture[:3], GROUND) == 3 * WIDTH, "the ground reaches the edge, whatever is behind"
    for colour in (BLUE, ORANGE, INK):
        assert of_colour(picture, colour) > 500, colour


def test_the_same_plan_gives_the_same_bytes() -> None:
    assert burn_up_png(made()) == burn_up_png(made())


def test_a_milestone_is_marked() -> None:
    plain, marked = pixels(burn_up_png(made(()))), pixels(burn_up_png(made()))
    column = slice(150, 500)
    dark = [(of_colour(p[column, x : x + 1], INK)) for p in (plain, marked) for x in range(100, 1150)]
    assert max(dark[1050:]) > max(dark[:1050]) + 50


def test_text_in_a_title_is_no_markup() -> None:
    plan = made([{**BETA, "title": r"$\alpha_{$"}]).model_copy(update={"title": r"$x^{$ <b>"})
    assert pixels(burn_up_png(plan)).shape[:2] == (HEIGHT, WIDTH)


def test_nothing_to_plan_is_nothing_to_draw() -> None:
    empty = plan_sprints(document(story("a", status="done")), options())
    with pytest.raises(ValueError, match="nothing is left"):
        burn_up_png(empty)
    assert burn_up_alt_text(empty) == "No burn-up: nothing is left to plan."


def test_a_plan_that_can_do_nothing_is_drawn() -> None:
    stuck = plan_sprints(document(story("a"), people=[]), options())
    assert pixels(burn_up_png(stuck)).shape[:2] == (HEIGHT, WIDTH)
    assert "too far ahead to say" in burn_up_alt_text(stuck)


def test_the_alternative_text_says_what_the_picture_shows() -> None:
    text = burn_up_alt_text(made())
    assert text.startswith("Burn-up of Shop: 70 points of scope.")
    assert "All must-haves by" in text
    assert "Milestone Beta: due 10 April 2026" in text
    long = [{**BETA, "title": "x" * 200, "key": f"m{n}"} for n in range(40)]
    assert len(burn_up_alt_text(made(long))) <= 2000


def test_pyplot_stays_out() -> None:
    burn_up_png(made())
    assert "matplotlib.pyplot" not in sys.modules
