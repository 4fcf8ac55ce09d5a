"""What a test may do over HTTP to a fake that runs in another process: look inside, and make things go wrong."""

from collections import Counter
from dataclasses import asdict
from typing import Any

from tests.peers.jira_fake.model import STATUSES, Json, World, now
from tests.peers.jira_fake.server import FakeServer, Fault, Refused, Reply, Request


def control(server: FakeServer, request: Request) -> Reply:
    """Answer `GET /_control/{state,log,counters}`, `POST` and `DELETE /_control/faults`, `POST /_control/status`."""
    world = server.jira.world
    match request.method, request.path.removeprefix("/_control/"):
        case "GET", "state":
            with world.lock:
                return Reply(body=state(world))
        case "GET", "log":
            return Reply(body={"log": server.log})
        case "GET", "counters":
            return Reply(body=counters(server.log))
        case "POST", "faults":
            server.faults.append(Fault(**(request.body or {})))
            return Reply(201)
        case "DELETE", "faults":
            server.faults.clear()
            return Reply(204)
        case "POST", "status":
            with world.lock:
                set_status(world, str(request.body["key"]), str(request.body["status"]))
            return Reply(204)
    raise Refused(404, f"No control {request.method} {request.path}")


def state(world: World) -> Json:
    """Issues, sprints and links, as they are kept."""
    shelves: dict[str, dict[int, Any]] = {"issues": world.issues, "sprints": world.sprints, "links": world.links}
    return {name: [asdict(thing) for thing in shelf.values()] for name, shelf in shelves.items()}


def counters(log: list[Json]) -> dict[str, int]:
    """How many requests there were, by method and path; numbers and keys in the path are left out."""
    return dict(Counter(f"{entry['method']} {_shape(entry['path'])}" for entry in log))


def set_status(world: World, key: str, status: str) -> None:
    """Move an issue to another status, as a person would on the board."""
    issue = world.by_key[key]
    change = {"field": "status", "fieldtype": "jira", "fromString": issue.status, "toString": status}
    issue.history.append({"id": str(len(issue.history) + 1), "created": now(), "items": [change]})
    issue.status = status
    issue.resolved = now() if STATUSES[status]["category"]["key"] == "done" else None
    issue.updated = now()
    world.save(issue)


def _shape(path: str) -> str:
    parts = path.split("/")
    return "/".join("*" if i > 4 and any(c.isdigit() for c in part) else part for i, part in enumerate(parts))
