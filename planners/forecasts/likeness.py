"""How alike are two backlog items, and what size does an item's description suggest?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from scipy import linalg

from planners.forecasts.forecast import Floats
from planners.forecasts.text import Vectoriser, with_pairs, words

# Shares of the whole text, the title alone, and type, components and lengths in the kernel.
_TEXT, _TITLE, _KIND = 1.0, 0.5, 1.0
_RIDGE = 3.0
_COMPONENT = 0.7
_LENGTH = 0.3


class Described(Protocol):
    """What likeness looks at in an item."""

    @property
    def title(self) -> str: ...  # noqa: D102
    @property
    def description(self) -> str: ...  # noqa: D102
    @property
    def issue_type(self) -> str | None: ...  # noqa: D102
    @property
    def components(self) -> tuple[str, ...]: ...  # noqa: D102


class Likeness:
    """A kernel over items and a kernel ridge regression of their size on it.

    `scores` are the regression's values for the known items, each predicted from all others (the leave-one-out
    identity of ridge regression); `spread` is their standard deviation.
    """

    def __init__(self, items: Sequence[Described], sizes: Floats, weights: Floats) -> None:
        """Compare `items`; `sizes` is what the regression predicts, centred with `weights`."""
        titles = [words(item.title) for item in items]
        bodies = [words(item.description) for item in items]
        texts = [with_pairs([*title, *title, *body]) for title, body in zip(titles, bodies, strict=True)]
        self._text = Vectoriser(texts)
        self._title = Vectoriser(titles)
        self._kind = _Kinds(items)
        self._text_rows = self._text.matrix(texts)
        self._title_rows = self._title.matrix(titles)
        self._kind_rows = self._kind.matrix(items)
        text = (self._text_rows @ self._text_rows.T).toarray()
        title = (self._title_rows @ self._title_rows.T).toarray()
        self._cosine: Floats = (text + title) / 2.0
        gram = _TEXT * text + _TITLE * title + _KIND * (self._kind_rows @ self._kind_rows.T)
        centred = sizes - np.average(sizes, weights=weights)
        deviation = float(centred.std())
        if deviation > 0:
            centred = centred / deviation
        inverse = _inverse(gram + _RIDGE * np.eye(sizes.size))
        self._dual: Floats = inverse @ centred
        self.scores: Floats = centred - self._dual / np.diag(inverse)
        self.spread = max(float(self.scores.std()), 1e-9)

    def cosines(self, index: int) -> Floats:
        """Return how alike in words every known item is to the one at `index`, 0 to 1."""
        result: Floats = self._cosine[index]
        return result

    def compare(
        self, title: str, description: str, issue_type: str | None, components: tuple[str, ...]
    ) -> tuple[float, Floats]:
        """Return a new item's score, and how alike in words every known item is to it."""
        title_words = words(title)
        text_row = self._text.matrix([with_pairs([*title_words, *title_words, *words(description)])])
        text = (self._text_rows @ text_row.T).toarray()[:, 0]
        title_likeness = (self._title_rows @ self._title.matrix([title_words]).T).toarray()[:, 0]
        kind = self._kind_rows @ self._kind.row(title, description, issue_type, components)
        score = float((_TEXT * text + _TITLE * title_likeness + _KIND * kind) @ self._dual)
        return score, (text + title_likeness) / 2.0


def _inverse(matrix: Floats) -> Floats:
    """Return the inverse of a symmetric positive definite matrix, to single precision.

    The ridge keeps the matrix well conditioned; half the digits are half the time.
    """
    factor, failed = linalg.lapack.spotrf(np.asfortranarray(matrix, dtype=np.float32), lower=1, overwrite_a=1)
    if failed:
        raise ValueError("the items' likeness is not positive definite")
    lower, _ = linalg.lapack.spotri(factor, lower=1, overwrite_c=1)
    result: Floats = np.tril(lower).astype(np.float64)
    return result + np.tril(result, -1).T


class _Kinds:
    """Issue type, components and lengths as numbers."""

    def __init__(self, items: Sequence[Described]) -> None:
        types = sorted({item.issue_type for item in items if item.issue_type})
        # A single type tells nothing.
        self._types = {name: column for column, name in enumerate(types if len(types) > 1 else [])}
        names = sorted({name for item in items for name in item.components})
        self._components = {name: len(self._types) + column for column, name in enumerate(names)}
        lengths = np.log1p([[len(item.title), len(item.description)] for item in items])
        self._centre, self._scale = lengths.mean(axis=0), lengths.std(axis=0) + 1e-9

    def matrix(self, items: Sequence[Described]) -> Floats:
        return np.array([self.row(i.title, i.description, i.issue_type, i.components) for i in items])

    def row(self, title: str, description: str, issue_type: str | None, components: Sequence[str]) -> Floats:
        row = np.zeros(len(self._types) + len(self._components) + 2)
        if issue_type in self._types:
            row[self._types[issue_type]] = 1.0
        for name in components:
            if name in self._components:
                row[self._components[name]] = _COMPONENT
        lengths = np.log1p([len(title), len(description)])
        # Far outside what is known a length says no more than at the edge.
        row[-2:] = _LENGTH * np.clip((lengths - self._centre) / self._scale, -3.0, 3.0)
        return row
