"""Words as vectors: TF-IDF over one project's items."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise

import numpy as np
from scipy import sparse

from planners.forecasts.forecast import Floats

_WORD = re.compile(r"[^\W\d_]{2,}")


def words(text: str) -> list[str]:
    """Return the words of a text in lower case; numbers and single letters are left out."""
    return _WORD.findall(text.lower())


def with_pairs(tokens: Sequence[str]) -> list[str]:
    """Return words and pairs of neighbouring words."""
    return [*tokens, *(f"{first} {second}" for first, second in pairwise(tokens))]


class Vectoriser:
    """TF-IDF vectors of length 1 (logarithmic term frequency, smoothed inverse document frequency).

    Terms that only one document holds are left out, they compare with nothing; at most `limit` terms are
    kept, the most frequent ones.
    """

    def __init__(self, documents: Sequence[Sequence[str]], limit: int = 30_000) -> None:
        """Learn the terms and how rare they are. Each document is a sequence of terms."""
        frequency: Counter[str] = Counter()
        for document in documents:
            frequency.update(set(document))
        common = [(count, term) for term, count in frequency.items() if count >= 2]
        common.sort(key=lambda pair: (-pair[0], pair[1]))
        self._column = {term: column for column, (_, term) in enumerate(common[:limit])}
        counts = np.array([count for count, _ in common[:limit]], dtype=np.float64)
        self._rarity: Floats = np.log((1.0 + len(documents)) / (1.0 + counts)) + 1.0

    def matrix(self, documents: Iterable[Sequence[str]]) -> sparse.csr_matrix:
        """Return one row a document; a document without known terms is a row of zeros."""
        values: list[float] = []
        columns: list[int] = []
        starts = [0]
        for document in documents:
            found = Counter(self._column[term] for term in document if term in self._column)
            columns += found.keys()
            row = (1.0 + np.log(np.fromiter(found.values(), float, len(found)))) * self._rarity[list(found)]
            length = float(np.sqrt(row @ row))
            values += (row / length if length > 0 else row).tolist()
            starts.append(len(columns))
        shape = (len(starts) - 1, max(1, len(self._column)))
        return sparse.csr_matrix((values, columns, starts), shape=shape)
