"""What test_schemathesis.py plays: one role against a running house, with ids of things that there are put in among the others.

It runs in a thread of its own, as a program outside would; only the callers on the network are played in the house's loop.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any
from zlib import crc32

import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from requests.exceptions import InvalidHeader
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from callcenter.api import examples
from callcenter.api.once import HEADER
from callcenter.api.route import PREFIX, Route
from callcenter.api.routes import ROUTES

CHECKS = [status_code_conformance, content_type_conformance, response_schema_conformance, response_headers_conformance]
LAST = ("DELETE", "/session")
"""Signing out ends what the others need."""

Pool = Callable[[Route], dict[str, list[Any]]]
"""By the name of a parameter or field, values that there are."""


@dataclass
class Report:
    """What was reached: operations, answers by status, and operations that did what was asked at least once."""

    operations: set[str] = field(default_factory=set)
    statuses: Counter[int] = field(default_factory=Counter)
    done: set[str] = field(default_factory=set)
    broken: list[str] = field(default_factory=list)
    """Promises, one for each operation at most."""

    def line(self, role: str) -> str:
        answers = ", ".join(f"{count} x {status}" for status, count in sorted(self.statuses.items()))
        return (
            f"{role}: {len(self.operations)} of {len(ROUTES)} operations reached with {self.statuses.total()} requests, "
            f"{len(self.done)} of them carried out ({answers})"
        )


class Explorer:
    """`prepare` brings the center into the state that a route needs; `pool` tells what there is then."""

    def __init__(
        self,
        document: dict[str, Any],
        origin: str,
        role: str | None,
        loop: asyncio.AbstractEventLoop,
        prepare: Callable[[Route], Coroutine[Any, Any, None]],
        pool: Pool,
        examples: int,
    ) -> None:
        self.report = Report()
        self._schema = schemathesis.openapi.from_dict(_without_security(document))
        self._origin = origin
        self._role = role
        self._loop = loop
        self._prepare = prepare
        self._pool = pool
        self._examples = examples
        self._mine: dict[str, str] = {}
        """The session's cookie: signing in as somebody else is tried too."""
        self._http = requests.Session()
        self._http.headers.update({"Origin": origin, "Sec-Fetch-Site": "same-origin"})

    def sign_in(self, login: str, password: str) -> None:
        answer = self._http.post(f"{self._origin}{PREFIX}/session", json={"login": login, "password": password}, timeout=10)
        assert answer.status_code == 200, answer.text
        self._mine = {name: value for name, value in self._http.cookies.get_dict().items() if value}

    def explore(self) -> None:
        """Every operation of the table; `report` tells what came of it."""
        try:
            for route in sorted(ROUTES, key=lambda row: (row.method, row.path) == LAST):
                allowed = route.roles is None or self._role in route.roles
                self._visit(route, GenerationMode.POSITIVE, self._examples if allowed else 1)
                if allowed:
                    self._visit(route, GenerationMode.NEGATIVE, -(-self._examples // 2))
        finally:
            self._http.close()

    def _visit(self, route: Route, mode: GenerationMode, count: int) -> None:
        operation = self._schema[PREFIX + route.path][route.method]
        if mode is GenerationMode.NEGATIVE and not (route.request or route.query):
            return

        @seed(crc32(route.name.encode()) % 1000)
        @settings(
            max_examples=count, deadline=None, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
        )
        @given(case=operation.as_strategy(generation_mode=mode), dice=st.randoms(use_true_random=False))
        def ask(case: Any, dice: Any) -> None:
            self._wait(self._prepare(route))
            self._make_real(case, route, mode, dice)
            if mode is GenerationMode.NEGATIVE and _not_sent(case.query):
                return
            self._send(case, route, mode)

        try:
            ask()
        except (Exception, BaseExceptionGroup) as error:
            self.report.broken.append(f"{route.name} as {self._role}: {_words(error)}")

    def _make_real(self, case: Any, route: Route, mode: GenerationMode, dice: Any) -> None:
        """Ids of what there is, three times of four; bodies as in the document's examples, every other time."""
        there = self._pool(route)
        for name in case.path_parameters or ():
            if name in there and dice.random() < 0.75:
                case.path_parameters[name] = dice.choice(there[name])
        if mode is GenerationMode.NEGATIVE:
            return
        if route.request is not None and dice.random() < 0.5:
            case.body = dict(examples.BODIES[route.request.__name__])
        for part in (case.query, case.body):
            if isinstance(part, dict):
                for name in part:
                    if name in there and dice.random() < 0.75:
                        choice = dice.choice(there[name])
                        part[name] = [choice] if isinstance(part[name], list) and not isinstance(choice, list) else choice

    def _send(self, case: Any, route: Route, mode: GenerationMode) -> None:
        if case.headers and mode is GenerationMode.NEGATIVE:
            case.headers.pop(HEADER, None)  # requests refuses most headers that are none before they are sent
        signs_in = (route.method, route.path) == ("POST", "/session")
        if signs_in:
            self._http.cookies.clear()  # a browser that signs in anew ends the session that it had
        try:
            answer = case.call(base_url=self._origin, session=self._http, timeout=20)
        except (InvalidHeader, UnicodeError):
            return
        self.report.operations.add(route.name)
        self.report.statuses[answer.status_code] += 1
        if 200 <= answer.status_code < 300:
            self.report.done.add(route.name)
        told = f"{route.name} as {self._role} answered {answer.status_code}: {answer.content[:300]!r}"
        if signs_in:
            self._http.cookies.clear()
            self._http.cookies.update(self._mine)
        assert answer.status_code != 500, told
        allowed = route.roles is None or self._role in route.roles
        if not allowed:
            assert answer.status_code == (401 if self._role is None else 403), told
        case.validate_response(answer, checks=[*CHECKS, *([negative_data_rejection] if mode is GenerationMode.NEGATIVE else [])])

    def _wait(self, job: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(job, self._loop).result(30)


def _not_sent(query: Any) -> bool:
    """Whether a wrong value of the query is one that no query can hold: it would be left out, and the rest is right."""
    return isinstance(query, dict) and any(value is None or value in ([], {}) for value in query.values())


def _without_security(document: dict[str, Any]) -> dict[str, Any]:
    """Else the cookie would be made up like any other parameter. Who may do what, the roles show."""
    paths = {
        path: {method: {**operation, "security": []} for method, operation in operations.items()}
        for path, operations in document["paths"].items()
    }
    return {**document, "paths": paths, "components": {**document["components"], "securitySchemes": {}}}


def _words(error: BaseException) -> str:
    """What schemathesis found, without its advice."""
    inner = getattr(error, "exceptions", None)
    return "; ".join(map(_words, inner)) if inner else f"{type(error).__name__}: {str(error)[:600]}"
