"""Planted numbers, names and secrets do not reach the log, whichever way they are written."""

import contextlib
import json
import logging
import os
import sys

import pytest
import structlog

from callcenter.runtime import logs


class Written:
    """What has come to stderr, read once."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def getvalue(self) -> str:
        return self._capsys.readouterr().err


@pytest.fixture
def written(capsys: pytest.CaptureFixture[str]):
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    logs.set_up("info")
    yield Written(capsys)
    root.handlers, root.level = handlers, level
    structlog.reset_defaults()


PLANTED = ["+12125550123", "(212) 555-0123", "212 555 0123", "+86 138 0013 8000"]


@pytest.mark.parametrize("number", PLANTED)
def test_planted_numbers_are_masked(written: Written, number: str):
    structlog.get_logger().warning("something", detail=f"call from {number} failed", call="cabcdefghijklmnopqrs")
    logging.getLogger("aiohttp.server").error("cannot serve %s", number)
    try:
        raise ValueError(f"bad number {number}")
    except ValueError:
        structlog.get_logger().exception("broken")
    text = written.getvalue()
    assert number not in text
    assert text.count(logs.MASK) == 3
    assert json.loads(text.splitlines()[0])["call"] == "cabcdefghijklmnopqrs"


@pytest.mark.parametrize("key", ["name", "caller", "digits", "password", "token", "note"])
def test_fields_that_are_personal_by_name_are_masked(written: Written, key: str):
    structlog.get_logger().info("event", **{key: "Amelia 77"})
    assert "Amelia" not in written.getvalue()


@pytest.mark.parametrize("name", ["closed", "nobody reads"])
def test_a_line_that_cannot_be_written_ends_nothing(written: Written, monkeypatch: pytest.MonkeyPatch, name: str):
    readable, writable = os.pipe()
    os.close(readable)
    with os.fdopen(writable, "w", buffering=1) as stream:
        if name == "closed":
            stream.close()
        monkeypatch.setattr(sys, "stderr", stream)
        structlog.get_logger().error("something")
        logging.getLogger("aiohttp.server").error("something else")
        monkeypatch.undo()
        with contextlib.suppress(OSError):  # what could not be written is still in its buffer
            stream.close()


def test_a_logger_that_was_used_before_does_as_it_is_told_last(written: Written):
    """A kept one would write on as it was set up first: nobody who listens elsewhere would hear it."""
    logger = structlog.get_logger("kept by a module")
    logger.info("first")
    structlog.reset_defaults()
    with structlog.testing.capture_logs() as heard:
        logger.info("second")
    assert [line["event"] for line in heard] == ["second"]
