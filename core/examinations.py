"""Examinations of settings, files, cache, mail and clocks, for `manage.py doctor`."""

import secrets
import shutil
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parseaddr
from urllib.parse import urlsplit

import redis
from django.conf import settings
from django.core.checks import WARNING, run_checks
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.mail import get_connection
from django.core.mail.backends.smtp import EmailBackend
from django.db import DatabaseError, connection

from core.doctor import Finding, examination, not_examined

MAX_CLOCK_DIFFERENCE_S = 2.0  # tokens and leases are compared with these clocks
MIN_FREE_BYTES, MIN_FREE_SHARE = 1024**3, 0.05
REDIS_TIMEOUT_S = 3


@examination("settings")
def settings_are_safe() -> Iterator[Finding]:
    """Yield what `check --deploy` says. What is worse has stopped the start already."""
    for message in run_checks(include_deployment_checks=settings.PRODUCTION):
        if message.level >= WARNING and not message.is_silenced():
            severity = "error" if message.is_serious() else "warning"
            problem = f"{message.msg} ({message.id})"
            remedy = message.hint or "README.md describes each setting."
            yield Finding(problem, remedy, severity=severity)
    if settings.DEBUG:
        yield Finding(
            "This is a development site: it shows tracebacks and uses published keys.",
            "Unset it where others reach the site.",
            "DEBUG",
            "warning",
        )
    if settings.SECURE_SSL_REDIRECT and not settings.TRUSTED_PROXIES:
        yield Finding(
            "Plain HTTP is redirected to HTTPS, and no proxy is trusted to say what a"
            " client used: behind a proxy every request is redirected for ever.",
            "Set the number of own proxies that set X-Forwarded-Proto, usually 1.",
            "TRUSTED_PROXIES",
            "warning",
        )


@examination("redis")
def redis_answers() -> Iterator[Finding]:
    """Write, read and delete a value."""
    if not settings.REDIS_URL:
        yield not_examined(
            "no Redis is set.", "Several processes need one.", "REDIS_URL"
        )
        return
    try:
        with _redis() as client:
            key = f"marketplace:doctor:{secrets.token_hex(8)}"
            client.set(key, "1", ex=60)
            is_kept = client.get(key) == b"1"
            client.delete(key)
    except (redis.RedisError, ValueError, OSError) as error:
        url = urlsplit(settings.REDIS_URL)
        where = url.hostname or url.path  # of a socket
        yield Finding(
            f"Redis at {where} does not answer: {error}",
            "Start it, or correct the URL. Until then each process counts rate limits"
            " alone, and messages arrive up to a second later.",
            "REDIS_URL",
        )
    else:
        if not is_kept:
            yield Finding(
                "Redis loses what it was given.",
                "Give it more memory: see maxmemory.",
                "REDIS_URL",
            )


def _redis() -> redis.Redis:
    return redis.Redis.from_url(
        settings.REDIS_URL,
        socket_connect_timeout=REDIS_TIMEOUT_S,
        socket_timeout=REDIS_TIMEOUT_S,
    )


@examination("storage")
def pictures_can_be_stored() -> Iterator[Finding]:
    """Write, read and delete a file where pictures are stored."""
    setting = "S3_BUCKET" if settings.S3_BUCKET else "UPLOADS_DIR"
    content = secrets.token_bytes(16)
    try:
        name = default_storage.save(
            f"doctor/{secrets.token_hex(8)}", ContentFile(content)
        )
        with default_storage.open(name) as file:
            is_same = file.read() == content
        default_storage.delete(name)
        is_gone = not default_storage.exists(name)
    except Exception as error:  # noqa: BLE001 - of whichever storage is configured
        yield Finding(
            f"A file cannot be written, read and deleted: {error}",
            "Check that it exists, that the keys are right, and that this user may"
            " write, read and delete there.",
            setting,
        )
        return
    if not (is_same and is_gone):
        problem = "A file was read differently, or was still there after its deletion."
        yield Finding(problem, "Check the storage service.", setting)


@examination("disk")
def disk_has_room() -> Iterator[Finding]:
    """Compare the free space of the directories that the site writes to."""
    directories = {"STATIC_ROOT": str(settings.STATIC_ROOT)}
    if not settings.S3_BUCKET:
        directories["UPLOADS_DIR"] = default_storage.path("")
    for name, directory in directories.items():
        try:
            usage = shutil.disk_usage(directory)
        except FileNotFoundError:
            continue  # created with its first file
        if usage.free < min(MIN_FREE_BYTES, MIN_FREE_SHARE * usage.total):
            free_mb = usage.free // 1024**2
            problem = f"Only {free_mb} MB are free at {directory}."
            yield Finding(problem, "Free some, or use a larger disk.", name)


@examination("mail")
def mail_is_accepted() -> Iterator[Finding]:
    """Connect to the mail server and sign in; name the DNS records of the sender."""
    try:
        with get_connection():
            pass
    except Exception as error:  # noqa: BLE001 - of whichever backend is configured
        where = f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT}"
        yield Finding(
            f"The mail server {where} does not accept the connection: {error}",
            "Check the host, the port, the user and the password. E-mails wait and are"
            " retried for about a day.",
            "EMAIL_HOST",
        )
    if not issubclass(type(get_connection()), EmailBackend):
        yield not_examined(
            f"{settings.EMAIL_BACKEND} connects with its first e-mail only.",
            "Ask for a confirmation e-mail on the site.",
            "EMAIL_BACKEND",
        )
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
    if settings.PRODUCTION:
        # Without a network to ask: which records to look at, not whether they exist.
        yield Finding(
            f"Whether {domain} lets this mail server send cannot be seen from here.",
            f"Look at three TXT records: SPF at {domain} (v=spf1 …), DKIM below"
            f" _domainkey.{domain}, under the name that your mail server chose, and"
            f" DMARC at _dmarc.{domain}.",
            "DEFAULT_FROM_EMAIL",
            "note",
        )


@examination("clock")
def clocks_agree() -> Iterator[Finding]:
    """Compare the clocks of the database and of Redis with the clock here."""
    if connection.vendor == "postgresql":
        try:
            with connection.cursor() as cursor:
                before = time.time()
                cursor.execute("SELECT extract(epoch FROM clock_timestamp())")
                [theirs] = cursor.fetchone()
        except DatabaseError:
            yield not_examined("the clock of the database.", "See database.")
        else:
            yield from _difference("the database", float(theirs), before)
    if settings.REDIS_URL:
        try:
            with _redis() as client:
                before = time.time()
                seconds, microseconds = client.time()
        except (redis.RedisError, ValueError, OSError):
            yield not_examined("the clock of Redis.", "See redis.")
        else:
            yield from _difference("Redis", seconds + microseconds / 1e6, before)


def _difference(name: str, theirs: float, before: float) -> Iterator[Finding]:
    """Yield a finding unless `theirs` lies between `before` and now, about."""
    after = time.time()
    apart = max(before - theirs, theirs - after, 0.0)
    if apart > MAX_CLOCK_DIFFERENCE_S:
        at = datetime.fromtimestamp(theirs, UTC).isoformat(timespec="seconds")
        yield Finding(
            f"The clock of {name} is {apart:.0f} s away from the one here: {at}.",
            "Synchronize the clocks of all machines, as with chrony or timesyncd.",
        )
