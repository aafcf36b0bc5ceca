"""What the process writes about itself: one JSON line per message on stderr, tagged fields only, nothing personal, no secret.

Messages of libraries go the same way. Masking is a last line of defence: code of ours logs ids, kinds and counts.
"""

import logging
import re
import sys
from collections.abc import MutableMapping
from contextlib import suppress
from typing import Any, TextIO, cast

import structlog

MASK = "***"
_NUMBER = re.compile(r"\+?\d(?:[\s().-]?\d){6,}")
_PERSONAL = frozenset({"number", "caller", "dialed", "caller_id", "name", "digits", "text", "note", "email", "party"})
_SECRET = frozenset({"password", "token", "cookie", "secret", "authorization"})
_CHATTY = ("alembic",)
"""Libraries that tell at every start what is always so; their warnings count."""
_FIGURES = frozenset({"timestamp", "at", "position", "startup_time", "chain"})

Fields = MutableMapping[str, Any]


class _Stderr:
    """Whatever stderr is at the moment of writing.

    A line that cannot be written is lost: whoever reads them may be gone or the disk full, and that must end no call.
    """

    def write(self, text: str) -> int:
        with suppress(OSError, ValueError):
            sys.stderr.write(text)
        return len(text)

    def flush(self) -> None:
        with suppress(OSError, ValueError):
            sys.stderr.flush()


def masked(_: Any, __: str, fields: Fields) -> Fields:
    """Takes out what must not be written, whoever wrote it."""
    for key, value in fields.items():
        if key in _PERSONAL or key in _SECRET:
            fields[key] = MASK
        elif isinstance(value, str) and key not in _FIGURES:
            fields[key] = _NUMBER.sub(MASK, value)
    return fields


def set_up(level: str = "info") -> None:
    """Once, at the start of the process; `level` is debug, info, warning or error."""
    number = logging.getLevelName(level.upper())
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        masked,
    ]
    structlog.configure(
        processors=[*shared, structlog.processors.JSONRenderer(ensure_ascii=False)],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(cast(TextIO, _Stderr())),
        cache_logger_on_first_use=False,  # a kept logger would go on as it was told first, whatever is set up later
    )
    handler = logging.StreamHandler(_Stderr())
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                masked,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(max(number, logging.INFO))
    for name in _CHATTY:
        logging.getLogger(name).setLevel(max(number, logging.WARNING))
