"""The text messages of a development machine, as files in `DEMO_SMS_DIR`."""

import json
from pathlib import Path
from uuid import uuid4

from django.conf import settings
from django.utils import timezone

MAX_SHOWN = 50
MAX_KEPT = 1_000


def write(to: str, text: str) -> str:
    """Write a message to a file of its own; return the name of the file."""
    folder = settings.DEMO_SMS_DIR
    folder.mkdir(parents=True, exist_ok=True)
    at = timezone.now()
    file = folder / f"{at:%Y%m%dT%H%M%S%fZ}-{uuid4().hex[:8]}.json"
    # Renamed when it is complete: the page may read the directory meanwhile.
    unfinished = file.with_suffix(".part")
    content = {"to": to, "text": text, "at": at.isoformat()}
    unfinished.write_text(json.dumps(content, ensure_ascii=False) + "\n")
    unfinished.rename(file)
    for old in _files()[MAX_KEPT:]:
        old.unlink(missing_ok=True)
    return str(file)


def sent() -> list[dict[str, str]]:
    """Return the newest messages, at most `MAX_SHOWN`: `to`, `text` and `at`."""
    return [json.loads(file.read_text()) for file in _files()[:MAX_SHOWN]]


def _files() -> list[Path]:
    return sorted(settings.DEMO_SMS_DIR.glob("*.json"), reverse=True)
