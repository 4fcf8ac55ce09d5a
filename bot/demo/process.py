"""Starts other programs on 127.0.0.1 and makes sure that none of them outlives us."""

import contextlib
import itertools
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

POLL_SECONDS = 0.05
LOG_KEPT_SECONDS = 86_400
TAIL_LINES = 40

# Runs beside the program in a session of its own. Its standard input is a pipe that we hold: when we end,
# however we end, the pipe closes and it kills the program's whole process group. A parent-death signal would
# not do: it follows the thread that started the program, and does not reach what the program started.
# It also removes the program's scratch folder.
_WATCHDOG = 'read -r _; kill -s KILL -- "-$1" 2>/dev/null; [ -z "$2" ] || rm -rf -- "$2"'

_numbers = itertools.count(1)

T = TypeVar("T")


class StartError(RuntimeError):
    """A program did not come up; the message ends with the tail of its log."""


def cache_root() -> Path:
    """The folder for what is downloaded: `.cache/peers` in a checkout, the user's cache folder elsewhere.

    `MUSTER_PEERS_CACHE` overrides it.
    """
    named = os.environ.get("MUSTER_PEERS_CACHE")
    if named:
        return Path(named)
    checkout = Path(__file__).resolve().parents[2]
    if (checkout / "pyproject.toml").exists():
        return checkout / ".cache" / "peers"
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "muster" / "peers"


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listened on a moment ago. Prefer a program that takes port 0 itself."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def accepts(port: int) -> bool:
    """Whether something listens on this port of 127.0.0.1."""
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


def wait_until(check: Callable[[], T | None], *, seconds: float, what: str) -> T:
    """Poll `check` until it gives something true, and return that.

    Raises:
        TimeoutError: it did not within `seconds`; the message names `what`.
    """
    until = time.monotonic() + seconds
    while True:
        found = check()
        if found:
            return found
        if time.monotonic() >= until:
            raise TimeoutError(f"{what}: not within {seconds:g} s")
        time.sleep(POLL_SECONDS)


class Program:
    """One running program. Use it as a context manager, or call `stop`."""

    def __init__(
        self,
        name: str,
        argv: Sequence[str],
        *,
        env: Mapping[str, str | None] | None = None,
        cwd: Path | None = None,
        user: str | None = None,
        scratch: Path | None = None,
        stop_signal: signal.Signals = signal.SIGTERM,
    ) -> None:
        """Start `argv` in its own process group. Output goes to a file, see `log`.

        `env` is added to our environment; a name with None is taken out of it. `user` is who it runs as, when we
        are root. `scratch` is a folder to remove when the program has ended.
        """
        self.name = name
        self._scratch = scratch
        self.log = _log_file(name)
        self._stop_signal = stop_signal
        with self.log.open("wb") as output:
            self._process = subprocess.Popen(
                list(argv),
                env={name: value for name, value in {**os.environ, **(env or {})}.items() if value is not None},
                cwd=cwd,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                user=user,
                extra_groups=[] if user else None,
            )
        self._watchdog = subprocess.Popen(
            ["sh", "-c", _WATCHDOG, "watchdog", str(self._process.pid), str(scratch or "")],
            stdin=subprocess.PIPE,
            start_new_session=True,
        )

    @property
    def pid(self) -> int:
        """The process id, which is also the id of its process group."""
        return self._process.pid

    @property
    def running(self) -> bool:
        """Whether it has not ended yet."""
        return self._process.poll() is None

    def tail(self, lines: int = TAIL_LINES) -> str:
        """The last lines that it wrote."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])

    def wait_ready(self, check: Callable[[], T | None], *, seconds: float) -> T:
        """Poll `check` until it gives something true, and return that. The program is stopped if it does not.

        Raises:
            StartError: the program ended, or was not ready within `seconds`.
        """

        def ready() -> T | None:
            if not self.running:
                raise StartError(f"{self.name} ended with {self._process.returncode}:\n{self.tail()}")
            return check()

        try:
            return wait_until(ready, seconds=seconds, what=self.name)
        except BaseException as error:
            self.stop()
            if isinstance(error, TimeoutError):
                raise StartError(f"{error}; {self.log} ends with:\n{self.tail()}") from error
            raise

    def kill(self) -> None:
        """End the whole process group at once, as a crash would."""
        self._signal(signal.SIGKILL)
        self._process.wait()

    def stop(self, *, seconds: float = 5.0) -> None:
        """Ask the process group to end, and kill it when it has not after `seconds`."""
        if self.running:
            self._signal(self._stop_signal)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(seconds)
        self.kill()
        if self._watchdog.poll() is None:
            self._watchdog.kill()
        self._watchdog.wait()
        if self._watchdog.stdin:
            self._watchdog.stdin.close()
        if self._scratch:
            shutil.rmtree(self._scratch, ignore_errors=True)

    def _signal(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, number)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def _log_file(name: str) -> Path:
    folder = cache_root() / "logs"
    folder.mkdir(parents=True, exist_ok=True)
    oldest = time.time() - LOG_KEPT_SECONDS
    for old in folder.glob("*.log"):
        with contextlib.suppress(FileNotFoundError):
            if old.stat().st_mtime < oldest:
                old.unlink()
    return folder / f"{name}-{os.getpid()}-{next(_numbers)}.log"
