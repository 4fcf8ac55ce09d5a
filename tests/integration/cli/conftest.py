"""The command in a folder of its own, with settings of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.cli import main as command

ROOT = Path(__file__).resolve().parents[3]
SMALL = ROOT / "examples" / "small.yaml"


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str


Muster = Callable[..., Ended]


@pytest.fixture
def muster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Muster:
    """Run `muster ARGS…`; settings by keyword."""
    monkeypatch.chdir(tmp_path)

    def run(*args: str | Path, **settings: str) -> Ended:
        for name, value in settings.items():
            monkeypatch.setenv(f"MUSTER_{name.upper()}", value)
        monkeypatch.setattr(sys, "argv", ["muster", *(str(arg) for arg in args)])
        with pytest.raises(SystemExit) as ended:
            command()
        shown = capsys.readouterr()
        return Ended(int(ended.value.code or 0), shown.out, shown.err)

    return run


@pytest.fixture
def muster_process(tmp_path: Path) -> Muster:
    """The same in a process of its own, for commands that start the durable engine."""

    def run(*args: str | Path, **settings: str) -> Ended:
        environment = os.environ | {f"MUSTER_{name.upper()}": value for name, value in settings.items()}
        words = [sys.executable, "-c", "from bot.cli import main; main()", *(str(arg) for arg in args)]
        done = subprocess.run(words, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
        return Ended(done.returncode, done.stdout, done.stderr)

    return run
