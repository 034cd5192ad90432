"""Logging: one line per record, with the id of its request, as text or as JSON."""

import json
import logging
import threading
import time
from datetime import UTC, datetime
from typing import Any

import orjson

from core.request_id import current_request_id
from core.web.paths import TokenFilter

OPTIONS = orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS


class RequestIdFilter(logging.Filter):
    """Set `request_id` on every record, for the formatters."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Set `record.request_id`; return True, so that no record is dropped."""
        record.request_id = current_request_id()
        return True


class DisallowedHostFilter(logging.Filter):
    """Let each refused host be logged once a minute, as a warning.

    Django logs it as an error. Scanners send hosts of their own: of them too, a minute
    has at most ten lines.
    """

    PERIOD_S, MAX_LINES, MAX_CHARS = 60, 10, 300

    def __init__(self) -> None:
        super().__init__()
        self._lock = threading.Lock()  # requests are refused in several threads
        self._logged: set[str] = set()
        self._began = 0.0

    def filter(self, record: logging.LogRecord) -> bool:
        """Return whether to log the record, which becomes a warning."""
        sentence = record.getMessage()[: self.MAX_CHARS]  # names ALLOWED_HOSTS
        record.msg, record.args = sentence, None
        record.levelno, record.levelname = logging.WARNING, "WARNING"
        # Without the lock two threads would both find room for the last line.
        with self._lock:
            if time.monotonic() - self._began > self.PERIOD_S:
                self._logged, self._began = set(), time.monotonic()
            if sentence in self._logged or len(self._logged) >= self.MAX_LINES:
                return False
            self._logged.add(sentence)
        return True


class JsonFormatter(logging.Formatter):
    """One JSON object a line: event, timestamp, level, logger, request_id, context.

    The context is that of `extra={"context": {…}}`.
    """

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, without its end."""
        moment = datetime.fromtimestamp(record.created, UTC)
        line = {
            "event": record.getMessage(),
            "timestamp": f"{moment:%Y-%m-%dT%H:%M:%S.%fZ}",
            "level": record.levelname.lower(),
            "logger": record.name,
            "request_id": getattr(record, "request_id", "-"),
        }
        context = getattr(record, "context", {})
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        if record.stack_info:
            line["stack"] = self.formatStack(record.stack_info)
        try:
            return orjson.dumps(line | context, default=str, option=OPTIONS).decode()
        except (TypeError, ValueError):  # half of a surrogate pair, or a large number
            return json.dumps(line | {"context": ascii(context)})


def configuration(*, as_json: bool, level: str | int) -> dict[str, Any]:
    """Return the argument of `logging.config.dictConfig`, for Django and gunicorn."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {
            "request_id": {"()": RequestIdFilter},
            "tokens": {"()": TokenFilter},
            "disallowed_hosts": {"()": DisallowedHostFilter},
        },
        "formatters": {
            "json": {"()": JsonFormatter},
            "line": {
                "format": "{levelname} {name} [{request_id}] {message}",
                "style": "{",
            },
        },
        "handlers": {
            "console": {
                "class": "logging.StreamHandler",
                "filters": ["request_id", "tokens"],
                "formatter": "json" if as_json else "line",
            },
        },
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            "gunicorn.error": {"handlers": [], "propagate": True},
            # Its INFO lines show the query strings of WebSocket URLs, with tickets.
            "uvicorn.error": {"level": "WARNING"},
            # Its INFO lines show the URLs of providers, with the account.
            "httpx": {"level": "WARNING"},
            # Its INFO lines name the credentials of people.
            "fido2": {"level": "WARNING"},
            # While Redis is down `realtime` logs it once; this would at each message.
            "channels_redis": {"level": "CRITICAL"},
            # RequestIdMiddleware writes the access line; Django would repeat it.
            "django": {"handlers": [], "level": "INFO"},
            "django.request": {"level": "ERROR"},
            "django.server": {"level": "WARNING"},
            "django.security.DisallowedHost": {"filters": ["disallowed_hosts"]},
        },
    }
