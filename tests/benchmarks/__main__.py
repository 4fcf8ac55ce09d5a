"""`make bench`: every measurement, as ratios side by side in one run.

    python -m tests.benchmarks [--data DIR]

DIR holds `forecasting/` and `planning/` with the real data sets; they are not part of the repository.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

PLANNING_SECONDS = {50: 5, 200: 15, 1000: 30, 10000: 90}


def main() -> None:
    """Run the benches one after the other."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path)
    options = parser.parse_args()
    _run("tests.benchmarks.push")
    _run("tests.benchmarks.acknowledge")
    if options.data is None:
        print("Forecasts and allocation are measured on data that is not in the repository: make bench DATA=PATH")
        return
    _run("tests.benchmarks.forecasting", str(options.data / "forecasting"))
    with tempfile.TemporaryDirectory() as folder:
        for instance in sorted((options.data / "planning").glob("*.json")):
            size = int(instance.stem.split("-")[1].split("t")[0])
            out = Path(folder) / f"{instance.stem}.out.json"
            seconds = str(PLANNING_SECONDS[size])
            _run("tests.benchmarks.planning", str(instance), "--seconds", seconds, "--out", str(out))
            check = options.data / "planning" / "check.py"
            if check.is_file():
                subprocess.run([sys.executable, str(check), str(instance), str(out)], check=True)


def _run(module: str, *args: str) -> None:
    print(f"\n== {module.rsplit('.', 1)[1]} {' '.join(Path(arg).name for arg in args)}", flush=True)
    subprocess.run([sys.executable, "-m", module, *args], check=True)


if __name__ == "__main__":
    main()
