"""Plans an instance from a file through the allocation engine, and writes the assignment with its bounds.

    python -m tests.benchmarks.planning INSTANCE --seconds S --out FILE

INSTANCE is JSON: ``T`` sprints; ``teams`` with ``skills`` and ``members`` (``skills``, ``cap`` by sprint); ``items``
with ``id``, ``team``, ``pts``, ``dem`` by skill, ``preds`` as [id, lag], ``rel``, ``w``, ``prio``, ``epic``;
``epics`` with ``val``; ``milestones`` with ``items``, ``due``, ``weight``. FILE gets
``{"sprint": {id: sprint}, "bound": [lateness, completion]}``.
"""

import argparse
import json
import resource
import time
from pathlib import Path
from typing import Any

from planners.sprints.engine import Progress, allocate
from planners.sprints.problem import AllocationProblem, Crew, Member, Target, WorkItem

MOSCOW = {"must": 0, "should": 1, "could": 2}


def problem_of(instance: dict[str, Any]) -> AllocationProblem:
    """The instance in the engine's terms: by MoSCoW, then by the epic's value, then as written."""
    crews = tuple(
        Crew(
            str(team["id"]),
            tuple(
                Member(str(n), frozenset(member["skills"]), tuple(member["cap"]))
                for n, member in enumerate(team["members"])
            ),
        )
        for team in instance["teams"]
    )
    epics = instance["epics"]
    ranks = sorted({(MOSCOW[item["prio"]], -epics[item["epic"]]["val"]) for item in instance["items"]})
    priority = {rank: n for n, rank in enumerate(ranks)}
    items = tuple(
        WorkItem(
            key=str(item["id"]),
            crew=str(item["team"]),
            size=item["pts"],
            demand=tuple(item["dem"].items()),
            predecessors=tuple((str(before), lag) for before, lag in item["preds"]),
            earliest=item["rel"],
            weight=item["w"],
            priority=priority[MOSCOW[item["prio"]], -epics[item["epic"]]["val"]],
            epic=str(item["epic"]),
            must=item["prio"] == "must",
        )
        for item in instance["items"]
    )
    targets = tuple(
        Target(str(n), tuple(map(str, target["items"])), target["due"], target["weight"])
        for n, target in enumerate(instance["milestones"])
    )
    return AllocationProblem(instance["T"], crews, items, targets)


def main() -> None:
    """Reads, plans, writes; prints the score, the bound, time and memory."""
    parser = argparse.ArgumentParser(description="Plan an instance and write the assignment with its bounds.")
    parser.add_argument("instance", type=Path)
    parser.add_argument("--seconds", type=float, default=0.0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--verbose", action="store_true", help="print progress as it is reported")
    arguments = parser.parse_args()
    started = time.perf_counter()
    problem = problem_of(json.loads(arguments.instance.read_text("utf-8")))
    allocate(problem)
    first = time.perf_counter() - started

    def show(progress: Progress) -> None:
        print(f"{time.perf_counter() - started:7.1f} s  {progress}", flush=True)

    result = allocate(
        problem,
        seconds=arguments.seconds,
        seed=arguments.seed,
        progress=show if arguments.verbose else None,
    )
    taken = time.perf_counter() - started - first
    answer: dict[str, Any] = {"sprint": result.allocation.sprint_of}
    if result.bound is not None and result.bound.completion is not None:
        answer["bound"] = [result.bound.lateness, result.bound.completion]
    arguments.out.write_text(json.dumps(answer), "utf-8")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{result.score}\n{result.bound} gap {result.gap} proven {result.proven} by {result.method}")
    print(f"first plan {first:.2f} s, {taken:.1f} s in all, {peak:.0f} MiB")


if __name__ == "__main__":
    main()
