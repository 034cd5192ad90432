"""Run a request once per `Idempotency-Key`, and repeat its answer.

The rules follow the IETF draft "The Idempotency-Key HTTP Header Field": the same key
with another request is 422, and with one that is still running 409. A refused request
(4xx) has done nothing, so its key stays free, and a repetition is evaluated again.
"""

import json
import re
import threading
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, cast

from cryptography.fernet import Fernet
from django.conf import settings
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.core.exceptions import ValidationError as ModelValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import connection, transaction
from django.http import Http404, HttpResponse
from django.utils import timezone
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.response import Response

from core.addresses import client_network
from core.api.renderers import OrjsonRenderer
from core.exceptions import DomainError
from idempotency.exceptions import InvalidKey, KeyInUse, KeyReused
from idempotency.models import StoredAnswer

KEPT = timedelta(hours=24)
VISIBLE_ASCII = re.compile(r"[!-~]{1,255}")
# What refuses a request; all other exceptions are faults of the server.
REFUSALS = (
    APIException,
    DomainError,
    Http404,
    ModelValidationError,
    PermissionDenied,
    SuspiciousOperation,
)
_running: set[str] = set()  # digests of the keys that this process is answering
_lock = threading.Lock()  # held while `_running` is read and changed


def answer_once(request: Request, handler: Callable[[], Response]) -> HttpResponse:
    """Return the answer of `handler`, or the stored one to the same request.

    The answer is stored in the transaction of the effect: after a crash there are
    both or none. Raises `InvalidKey` (400), `KeyInUse` (409), `KeyReused` (422), and
    what `handler` raises.
    """
    key = request.headers["Idempotency-Key"]
    if not VISIBLE_ASCII.fullmatch(key):
        raise InvalidKey
    key_digest, request_digest = _key_digest(key, request), _request_digest(request)
    refusal: Exception | None = None
    with _claim(key_digest), transaction.atomic():
        _lock_in_database(key_digest)
        stored = _stored(key_digest, at=timezone.now())
        if stored and stored.request_digest != request_digest:
            raise KeyReused
        if stored:
            content = _cipher(key).decrypt(bytes(stored.body))
            return _response(content, stored.status, is_repeated=True)
        try:
            response = handler()
        except REFUSALS as exc:
            if _status(exc) >= 500:
                raise
            # What a handler writes before it refuses (a revoked token) must stay, as
            # it does without a key: the transaction commits, and then it is raised.
            refusal = exc
        else:
            content = OrjsonRenderer().render(response.data)
            StoredAnswer.objects.create(
                key_digest=key_digest,
                user_id=request.user.pk,
                request_digest=request_digest,
                status=response.status_code,
                body=_cipher(key).encrypt(content),
            )
    if refusal:
        raise refusal
    return _response(content, response.status_code)


@contextmanager
def _claim(key_digest: str) -> Iterator[None]:
    """Hold a key in this process. Raises `KeyInUse`.

    SQLite has no other lock that does not wait.
    """
    with _lock:
        if key_digest in _running:
            raise KeyInUse
        _running.add(key_digest)
    try:
        yield
    finally:
        with _lock:
            _running.discard(key_digest)


def _lock_in_database(key_digest: str) -> None:
    """Hold a key in all processes until the transaction ends. Raises `KeyInUse`.

    On SQLite the transaction itself is the lock: it has begun with BEGIN IMMEDIATE.
    """
    if connection.vendor != "postgresql":
        return
    number = int.from_bytes(bytes.fromhex(key_digest[:16]), signed=True)
    with connection.cursor() as cursor:
        # The lock ends with the transaction, also when the process is killed, and
        # works behind a pool that hands out a connection per transaction.
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [number])
        (is_ours,) = cast(tuple[bool], cursor.fetchone())
    if not is_ours:
        raise KeyInUse


def _stored(key_digest: str, *, at: datetime) -> StoredAnswer | None:
    """Return the stored answer of a key, after deleting one that is too old."""
    rows = StoredAnswer.objects.filter(key_digest=key_digest)
    rows.filter(created_at__lte=at - KEPT).delete()
    return rows.first()


def _key_digest(key: str, request: Request) -> str:
    """Return the digest of a key of one person, or of one address before sign-in."""
    caller = f"user {request.user.pk}" if request.user.pk else client_network(request)
    return sha256(f"{settings.SECRET_KEY}\n{caller}\n{key}".encode()).hexdigest()


def _request_digest(request: Request) -> str:
    """Return a digest of the path, the query and the body."""
    parts = [request.get_full_path(), json.dumps(_body(request), sort_keys=True)]
    return sha256("\n".join(parts).encode()).hexdigest()


def _body(request: Request) -> Any:
    """Return the body as JSON can write it, files by their digests."""
    data = request.data
    if not hasattr(data, "lists"):
        return data
    return {
        name: [_digest(v) if isinstance(v, UploadedFile) else str(v) for v in values]
        for name, values in data.lists()
    }


def _digest(file: UploadedFile) -> str:
    digest = sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    file.seek(0)
    return digest.hexdigest()


def _cipher(key: str) -> Fernet:
    """Return the cipher of a key. It needs the key itself, which is stored nowhere."""
    secret = sha256(f"answer\n{settings.SECRET_KEY}\n{key}".encode()).digest()
    return Fernet(urlsafe_b64encode(secret))


def _status(exc: Exception) -> int:
    status: int = getattr(exc, "status", 0) or getattr(exc, "status_code", 400)
    return status


def _response(
    content: bytes, status: int, *, is_repeated: bool = False
) -> HttpResponse:
    response = HttpResponse(content, status=status, content_type="application/json")
    if is_repeated:
        response.headers["Idempotency-Replayed"] = "true"
    return response
