"""`make audit` with the real pip-audit and npm, against a service on loopback that knows advisories or none, or is away."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, ClassVar

import pytest

from config.setup import audit

PIP_HOLE = {
    "id": "PYSEC-2026-1",
    "summary": "planted",
    "details": "planted",
    "aliases": ["CVE-2026-1"],
    "published": "2026-01-01T00:00:00Z",
    "affected": [
        {
            "package": {"name": "aiohttp", "ecosystem": "PyPI"},
            "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "99.0"}]}],
        }
    ],
}
NPM_HOLE = {
    "id": 1,
    "url": "https://example.org/advisories/GHSA-aaaa-bbbb-cccc",
    "title": "planted",
    "severity": "high",
    "vulnerable_versions": "<99.0.0",
    "cwe": [],
    "cvss": {"score": 7.5, "vectorString": None},
}


class Service(BaseHTTPRequestHandler):
    """Both services at one address; `known` is the advisory of each, by package."""

    known: ClassVar[dict[str, Any]] = {}

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path == "/query":
            name = json.loads(body)["package"]["name"]
            self._say({"vulns": [self.known[name]]} if name in self.known else {})
        else:
            assert self.path.startswith("/-/npm/v1/security/advisories/bulk")
            self._say({name: [hole] for name, hole in self.known.items() if name == "jssip"})

    def do_GET(self) -> None:
        """npm asks for the versions of a package that has an advisory."""
        versions = {"3.13.8": {"name": "jssip", "version": "3.13.8"}}
        self._say({"name": "jssip", "dist-tags": {"latest": "3.13.8"}, "versions": versions})

    def _say(self, answer: Any) -> None:
        content = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def service(**known: Any) -> Iterator[list[str]]:
    """The arguments that make the audit ask a service which knows these advisories."""
    handler = type("Service", (Service,), {"known": known})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield arguments(server.server_port)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def arguments(port: int) -> list[str]:
    here = f"http://127.0.0.1:{port}"
    return ["--service", "osv", "--osv-url", f"{here}/query", "--npm-registry", here]


def said(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return capsys.readouterr().out.splitlines()


def test_nothing_known_is_clean(capsys):
    with service() as asked:
        assert audit.main(asked) == 0
    assert [line.split(",")[0] for line in said(capsys)] == ["pip-audit: answered", "npm audit: answered"]


def test_what_is_known_is_told_and_is_no_success(capsys):
    with service(aiohttp=PIP_HOLE, jssip=NPM_HOLE) as asked:
        assert audit.main(asked) == 1
    lines = said(capsys)
    assert any("CVE-2026-1, PYSEC-2026-1: mended in 99.0" in line for line in lines), lines
    assert any("GHSA-aaaa-bbbb-cccc: high: planted" in line for line in lines), lines


def test_a_service_that_is_away_is_not_a_clean_answer(capsys):
    with service() as asked:
        pass
    assert audit.main(asked) == 2
    assert [line.split(",")[0] for line in said(capsys)] == ["pip-audit: NOT ASKED", "npm audit: NOT ASKED"]


def test_a_package_that_was_passed_over_is_not_a_clean_answer():
    with pytest.raises(audit.NotAsked, match="left-out: not found"):
        audit.of_pip({"dependencies": [{"name": "left-out", "skip_reason": "not found"}]})
    with pytest.raises(audit.NotAsked):
        audit.of_pip({"dependencies": []})


def test_a_row_explains_by_any_name_of_the_advisory():
    found = [audit.Finding("aiohttp 3.0", frozenset(["PYSEC-2026-1", "CVE-2026-1"]), "")]
    assert audit.unexplained(found, "| advisory | package |\n|---|---|\n| CVE-2026-1 | aiohttp | only a client |\n") == []
    assert audit.unexplained(found, "We saw CVE-2026-1 | once.\n| CVE-2026-11 | aiohttp |\n") == found
