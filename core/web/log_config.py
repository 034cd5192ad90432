"""Log lines that carry the id of the request they belong to."""

import logging

import structlog

from core.request_id import current_request_id


class RequestIdFilter(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = current_request_id()
        return True


def _context(logger, name, event: dict) -> dict:
    """Add the request id and `extra={"context": {…}}` of a record to its line."""
    record = event.get("_record")
    event["request_id"] = getattr(record, "request_id", "-")
    return event | getattr(record, "context", {})


def json_formatter() -> structlog.stdlib.ProcessorFormatter:
    """One JSON object a line: timestamp, level, logger, event, request_id, context."""
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.stdlib.add_log_level,
            structlog.stdlib.add_logger_name,
            _context,
        ],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
    )


def configuration(*, as_json: bool, level: str) -> dict:
    """What `logging.config.dictConfig` takes, for Django and for its server alike."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"request_id": {"()": RequestIdFilter}},
        "formatters": {
            "json": {"()": json_formatter},
            "line": {
                "format": "{levelname} {name} [{request_id}] {message}",
                "style": "{",
            },
        },
        "handlers": {
            "console": {
                "class": "logging.StreamHandler",
                "filters": ["request_id"],
                "formatter": "json" if as_json else "line",
            },
        },
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            "gunicorn.error": {"handlers": [], "propagate": True},
            "uvicorn.error": {"level": "WARNING"},  # the rest names addresses' queries
            "channels_redis": {"level": "CRITICAL"},  # away: `realtime` says it once
            # The access line of the middleware says it; Django's own would repeat it.
            "django": {"handlers": [], "level": "INFO"},
            "django.request": {"level": "ERROR"},
            "django.server": {"level": "WARNING"},
            "django.security.DisallowedHost": {"level": "CRITICAL"},
        },
    }
