"""A process with one durable flow of ten steps, to be killed. Usage: engine_child URL JOURNAL [KEY]."""

from __future__ import annotations

import sys
import time
from functools import partial
from pathlib import Path

from bot.flows.engine import DurableEngine
from storage.database import Database, create_engine, migrate

STEPS = 10


def main() -> None:
    """Start the engine, start the flow when a key is given, and stay until killed."""
    url, journal = sys.argv[1], Path(sys.argv[2])
    database = Database(create_engine(url))
    migrate(database)
    engine = DurableEngine(database, poll_seconds=0.1)

    def flow(name: str) -> list[int]:
        return [engine.step(f"step-{number}", partial(_work, name, number)) for number in range(STEPS)]

    def _work(name: str, number: int) -> int:
        with journal.open("a") as lines:
            lines.write(f"{name} {number}\n")
        time.sleep(0.05)
        return number

    engine.register("ten-steps", flow)
    engine.start()
    for key in sys.argv[3:]:
        engine.start_once(key, "ten-steps", key)
    print("ready", flush=True)
    time.sleep(60)


if __name__ == "__main__":
    main()
