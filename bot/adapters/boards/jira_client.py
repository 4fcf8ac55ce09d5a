"""Calls to Jira through the `jira` package, with this project's manners.

The package's own session sends a POST again after a broken connection and sleeps while it does; here it never retries:
the durable flow does. Every call has a time-out, and every expected failure becomes one of the port's errors. Neither
credentials nor headers get into an error's text.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from email.utils import parsedate_to_datetime
from typing import Any

import requests
from jira import JIRA
from jira.exceptions import JIRAError
from jira.resources import Board, Sprint
from urllib3.exceptions import NewConnectionError

from bot.adapters.boards.port import BoardMisconfigured, BoardRefused, BoardUnavailable, Finding

CONNECT_SECONDS, READ_SECONDS = 5.0, 30.0
GREENHOPPER = "{server}/rest/greenhopper/1.0/{path}"
_BUSY = frozenset({408, 425, 500, 502, 503, 504})
_NEW_LOGIN = "Make a new token and put it into MUSTER_JIRA_TOKEN (on Jira Cloud with its owner's MUSTER_JIRA_EMAIL)."
_RIGHTS = "Give Muster's user the rights that `muster doctor` lists in this project."


class JiraClient(JIRA):
    """One connection to one Jira. Build it with :func:`connect`."""

    def read(self, path: str, params: Mapping[str, Any] | None = None, *, base: str = JIRA.JIRA_BASE_URL) -> Any:
        """GET a path; parameters that are None are left out."""
        with expected(f"reading {path}"):
            return self._get_json(path, params=dict(params or {}), base=base)

    def send(
        self,
        method: str,
        path: str,
        body: Any,
        *,
        about: str,
        once: bool = False,
        base: str = JIRA.JIRA_BASE_URL,
    ) -> Any:
        """PUT or POST JSON; the answer, None when it is empty.

        `about` names what is changed, for an error. With `once`, a lost answer leaves it unknown whether it was done.
        """
        with expected(about, once=once):
            response = self._session.request(method, self._get_url(path, base), data=json.dumps(body))
            return response.json() if response.content else None

    def remove(self, path: str, *, about: str) -> None:
        """DELETE a path; that it is gone already is as good."""
        with expected(about):
            try:
                self._session.delete(self._get_url(path))
            except JIRAError as error:
                if error.status_code != 404:
                    raise

    def send_some(self, path: str, body: Any, *, about: str) -> Any:
        """POST what is done in part when some of it is wrong: the answer of a 400 that says so is an answer too."""
        with expected(about, once=True):
            try:
                return self._session.post(self._get_url(path), data=json.dumps(body)).json()
            except JIRAError as error:
                if error.status_code == 400 and error.response is not None:
                    answer = error.response.json()
                    if answer.get("issues") is not None and answer.get("errors"):
                        return answer
                raise

    @property
    def cloud(self) -> bool:
        """True for Jira Cloud."""
        return self.deploymentType == "Cloud"

    @property
    def address(self) -> str:
        """The base address."""
        return self.server_url


def connect(url: str, *, email: str | None, token: str) -> JiraClient:
    """A client for Jira Cloud (with `email`, API token) or Data Center (personal access token).

    Raises the port's errors: it asks Jira what it is.
    """
    login: dict[str, Any] = {"basic_auth": (email, token)} if email else {"token_auth": token}
    with expected("asking Jira what it is"):
        return JiraClient(
            url,
            options={"rest_api_version": "3" if email else "2"},
            logging=False,
            max_retries=0,
            timeout=(CONNECT_SECONDS, READ_SECONDS),
            default_batch_sizes={Sprint: 50, Board: 50},
            **login,
        )


@contextmanager
def expected(about: str, *, once: bool = False) -> Iterator[None]:
    """Turn what goes wrong in a call into the port's errors. `once`: it must not be done twice."""
    try:
        yield
    except JIRAError as error:
        raise _answered(error, about, once) from None
    except requests.exceptions.SSLError:
        raise BoardMisconfigured(
            [Finding("connection", "Jira's certificate is not trusted", "Install its authority on Muster's machine.")]
        ) from None
    except (requests.exceptions.MissingSchema, requests.exceptions.InvalidURL, requests.exceptions.InvalidSchema):
        raise BoardMisconfigured(
            [Finding("address", "MUSTER_JIRA_URL is not an address", "Set it to https://… as the browser shows it.")]
        ) from None
    except (requests.exceptions.JSONDecodeError, json.JSONDecodeError):
        todo = "Set MUSTER_JIRA_URL to the address of Jira itself, not of a login page before it."
        raise BoardMisconfigured([Finding("address", "What answers there is not Jira", todo)]) from None
    except requests.exceptions.RequestException as error:
        raise BoardUnavailable(f"Jira did not answer ({about})", unknown=once and not _never_sent(error)) from None


def _never_sent(error: requests.exceptions.RequestException) -> bool:
    reason = getattr(error.args[0], "reason", None) if error.args else None
    return isinstance(error, requests.exceptions.ConnectTimeout) or isinstance(reason, NewConnectionError)


def _answered(error: JIRAError, about: str, once: bool) -> Exception:
    status = error.status_code or 0
    text = " ".join(str(error.text or "").split())[:300]
    after = _retry_after(error.response)
    if status == 429:
        return BoardUnavailable("Jira asks Muster to slow down", retry_after=after, unknown=False)
    if status in _BUSY or status == 0:
        return BoardUnavailable(f"Jira is busy or down (HTTP {status}, {about})", retry_after=after, unknown=once)
    if status == 401:
        return BoardMisconfigured([Finding("token", "Jira does not accept Muster's token", _NEW_LOGIN)])
    if status == 403:
        return BoardMisconfigured([Finding("permission", f"Jira forbids it ({about}): {text}", _RIGHTS)])
    return BoardRefused(about, text or f"HTTP {status}")


def _retry_after(response: requests.Response | None) -> float | None:
    """Seconds, from either form of the header; None when there is none that can be read."""
    given = None if response is None else response.headers.get("Retry-After")
    if given is None:
        return None
    try:
        return max(0.0, float(given))
    except ValueError:
        pass
    try:
        moment = parsedate_to_datetime(given)
    except ValueError:
        return None
    return max(0.0, (moment - dt.datetime.now(dt.UTC)).total_seconds())
