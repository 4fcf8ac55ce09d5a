"""Chromium for tests of what a person sees, on a machine that may reach nothing but itself."""

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from bot.demo.node import PeerMissing

SCREENSHOTS = Path(__file__).resolve().parents[2] / "artifacts" / "screenshots"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
QUIET = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
    "--disable-dev-shm-usage",
)


@contextmanager
def browser() -> Iterator[Browser]:
    """A running Chromium.

    Raises:
        PeerMissing: there is none on this machine.
    """
    executable = _executable()
    flags = [*QUIET, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=executable, args=flags)
        try:
            yield running
        finally:
            running.close()


@contextmanager
def fresh_page(running: Browser, *, width: int = 1280, height: int = 900) -> Iterator[Page]:
    """A page in a profile of its own, which reaches 127.0.0.1 and nothing else."""
    context = running.new_context(viewport={"width": width, "height": height}, locale="en-GB")
    context.route(re.compile(r"^https?://(?!127\.0\.0\.1[:/])"), lambda route: route.abort())
    try:
        yield context.new_page()
    finally:
        context.close()


def screenshot(page: Page, name: str) -> Path:
    """Keep a picture of the page as `artifacts/screenshots/NAME.png`."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    path = SCREENSHOTS / f"{name}.png"
    page.screenshot(path=path)
    return path


def _executable() -> str:
    named = os.environ.get("MUSTER_CHROMIUM")
    found = named or next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        raise PeerMissing("no Chromium on this machine; install Debian's chromium, or name one in MUSTER_CHROMIUM")
    return found
