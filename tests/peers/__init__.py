"""Software that we did not write, to test against. How to use each: README.md."""

import os
from collections.abc import Callable
from typing import TypeVar

import pytest

from bot.demo.node import PeerMissing

__all__ = ["PeerMissing", "require"]

T = TypeVar("T")


def require(peer: str, start: Callable[[], T]) -> T:
    """What `start` gives. When the peer cannot be had, the test fails in CI and is skipped elsewhere, by name."""
    try:
        return start()
    except PeerMissing as missing:
        if os.environ.get("CI"):
            pytest.fail(f"{peer} is missing: {missing}")
        pytest.skip(f"{peer} is missing: {missing}")
