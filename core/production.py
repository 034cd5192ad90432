"""What must be set before the site may be served with `DEBUG=false`."""

import re
from collections.abc import Iterator, Mapping
from email.utils import parseaddr
from typing import Any
from urllib.parse import SplitResult, urlsplit

# Of sources and documents that anybody can read.
LAPTOP_KEY = "laptop-only-key-that-a-production-start-refuses-to-use"
PUBLISHED_KEYS = (LAPTOP_KEY, "django-insecure-")
MIN_KEY_CHARS, MIN_KEY_DISTINCT_CHARS = 50, 5
MIN_TOKEN_CHARS = 32
MIN_WEBHOOK_PASSWORD_CHARS = 20
NEW_KEY = "python3 -c 'import secrets; print(secrets.token_urlsafe(64))'"
DEFAULT_STRIPE_API_BASE = "https://api.stripe.com"
# Of secret keys, and of restricted ones with fewer rights.
LIVE_KEY, TEST_KEY = re.compile(r"[sr]k_live_\w+"), re.compile(r"[sr]k_test_\w+")
BIRD_KEY = re.compile(r"bk_([a-z0-9]{1,20})_.+")  # bk_<region>_…
HOST = re.compile(r"[^\s:/@?#]*|\[[0-9A-Fa-f:.]+\]")
LOOPBACK_HOSTS = frozenset({"localhost", "127.0.0.1", "[::1]", "::1"})
UNREACHABLE = re.compile(r"^localhost\.|\.(localhost|invalid)$", re.IGNORECASE)
PRINTING_BACKENDS = tuple(
    f"django.core.mail.backends.{name}."
    for name in ("console", "dummy", "filebased", "locmem")
)

Problem = tuple[str, str]  # the setting, and a sentence with the remedy


def problems(settings: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield every setting that is unsafe in production, with its remedy.

    `settings` are the values by the names of their variables. A site whose only hosts
    are those of this machine may show the demo accounts, have no rate limits and run
    several processes without Redis: nobody else reaches it.
    """
    yield from _keys(settings)
    yield from _addresses(settings)
    yield from _mail(settings)
    yield from sms_problems(settings)
    yield from _payments(settings)
    token = settings["METRICS_TOKEN"]
    if token and len(token) < MIN_TOKEN_CHARS:
        sentence = f"It has fewer than {MIN_TOKEN_CHARS} characters. Generate one: "
        yield "METRICS_TOKEN", sentence + NEW_KEY
    if not is_local(settings["ALLOWED_HOSTS"]):
        yield from _limits(settings)


def is_local(hosts: list[str]) -> bool:
    """Return whether all these hosts are names of this machine."""
    return bool(hosts) and LOOPBACK_HOSTS.issuperset(hosts)


def _keys(settings: Mapping[str, Any]) -> Iterator[Problem]:
    names = ("SECRET_KEY", "JWT_SIGNING_KEY")
    for name in names:
        key = settings[name] or ""
        fault = _fault_of_key(key)
        if fault:
            yield name, f"{fault} Generate one: {NEW_KEY}"
    keys = [settings[name] or "" for name in names]
    if all(keys) and (keys[0] in keys[1] or keys[1] in keys[0]):
        yield (
            "JWT_SIGNING_KEY",
            "It is the same as SECRET_KEY, or contains it: who learns one key must"
            f" not have both. Generate another: {NEW_KEY}",
        )


def _fault_of_key(key: str) -> str:
    if not key:
        return "It is not set."
    if any(published in key for published in PUBLISHED_KEYS):
        return "It is published: anybody could sign in as anyone."
    if len(key) < MIN_KEY_CHARS or len(set(key)) < MIN_KEY_DISTINCT_CHARS:
        return (
            f"It can be guessed: a key has at least {MIN_KEY_CHARS} characters,"
            f" {MIN_KEY_DISTINCT_CHARS} of them different."
        )
    return ""


def _addresses(settings: Mapping[str, Any]) -> Iterator[Problem]:
    hosts = settings["ALLOWED_HOSTS"]
    wildcards = [host for host in hosts if "*" in host or host.startswith(".")]
    if not hosts or wildcards:
        yield (
            "ALLOWED_HOSTS",
            "Name each host of this site, without * and without dots in front.",
        )
    for host in hosts:
        if not HOST.fullmatch(host.strip("*.")):
            sentence = f"{host} is no host name: write no scheme, port or path."
            yield "ALLOWED_HOSTS", sentence
    site = _parts(settings["SITE_URL"])
    if site.scheme not in {"http", "https"} or not site.hostname:
        yield "SITE_URL", "Set the URL of this site, as in https://market.example.com."
    elif site.hostname in LOOPBACK_HOSTS and hosts and not is_local(hosts):
        yield (
            "SITE_URL",
            f"Links in e-mails would lead to {site.hostname}: set the public URL.",
        )
    elif (
        site.scheme == "http"
        and settings["SECURE_SSL_REDIRECT"]
        and site.hostname not in LOOPBACK_HOSTS
    ):
        yield "SITE_URL", "Begin it with https://: plain HTTP is redirected there."


def _parts(url: str) -> SplitResult:
    try:
        return urlsplit(url)
    except ValueError:  # such as an IPv6 address without its end
        return urlsplit("")


def _mail(settings: Mapping[str, Any]) -> Iterator[Problem]:
    if settings["EMAIL_BACKEND"].startswith(PRINTING_BACKENDS):
        yield (
            "EMAIL_BACKEND",
            "It sends no e-mails. Leave it unset for SMTP, and set EMAIL_HOST.",
        )
    secret = settings["MAIL_WEBHOOK_SECRET"]
    if secret and len(secret.partition(":")[2]) < MIN_WEBHOOK_PASSWORD_CHARS:
        sentence = "Write user:password, with a password that nobody guesses: who has"
        yield "MAIL_WEBHOOK_SECRET", f"{sentence} it stops mail to anybody. {NEW_KEY}"
    _person, at, domain = parseaddr(settings["DEFAULT_FROM_EMAIL"])[1].rpartition("@")
    if not at or "." not in domain or UNREACHABLE.search(domain):
        yield (
            "DEFAULT_FROM_EMAIL",
            "Mail servers refuse this sender. Set an address of your domain.",
        )


def _payments(settings: Mapping[str, Any]) -> Iterator[Problem]:
    is_sandbox = settings["PAYMENT_PROVIDER"] == "sandbox"
    if is_sandbox and not settings["PAYMENT_SANDBOX_ALLOWED"]:
        yield (
            "PAYMENT_PROVIDER",
            "The sandbox moves no money. Name a provider, or leave it unset: then"
            " nothing is paid here. For a site that only shows it:"
            " PAYMENT_SANDBOX_ALLOWED=true.",
        )
    if settings["PAYMENT_PROVIDER"] == "stripe":
        yield from _stripe(settings)


def _stripe(settings: Mapping[str, Any]) -> Iterator[Problem]:
    secrets = [f"STRIPE_{kind}WEBHOOK_SECRETS" for kind in ("", "ACCOUNT_", "CONNECT_")]
    needed = ["STRIPE_SECRET_KEY", "STRIPE_PUBLISHABLE_KEY", *secrets]
    for name in needed:
        if not settings[name]:
            yield name, f"PAYMENT_PROVIDER=stripe needs {name}."
    key, published = settings["STRIPE_SECRET_KEY"], settings["STRIPE_PUBLISHABLE_KEY"]
    if key and not is_live_key(key) and not TEST_KEY.fullmatch(key):
        yield (
            "STRIPE_SECRET_KEY",
            "It is no secret key (sk_…), no restricted one (rk_…).",
        )
    elif key and published and ("_live_" in key) != published.startswith("pk_live_"):
        yield "STRIPE_PUBLISHABLE_KEY", "It is not of the mode of STRIPE_SECRET_KEY."
    if settings["PAYMENT_SANDBOX_ALLOWED"]:
        return
    if TEST_KEY.fullmatch(key):
        yield (
            "STRIPE_SECRET_KEY",
            "A test key moves no money. For a site that only shows it:"
            " PAYMENT_SANDBOX_ALLOWED=true.",
        )
    if settings["STRIPE_API_BASE"] != DEFAULT_STRIPE_API_BASE:
        yield "STRIPE_API_BASE", "Leave it unset: the key would be sent elsewhere."


def is_live_key(key: str) -> bool:
    """Return whether a key of Stripe moves real money."""
    return bool(LIVE_KEY.fullmatch(key))


def sms_problems(settings: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield what the chosen provider of text messages lacks, with its remedy."""
    provider = settings["SMS_PROVIDER"]
    needed: tuple[tuple[str, ...], ...] = ()
    if provider == "twilio":
        sender = ("TWILIO_FROM", "TWILIO_MESSAGING_SERVICE_SID")  # one of them
        needed = ("TWILIO_ACCOUNT_SID",), ("TWILIO_AUTH_TOKEN",), sender
    elif provider == "bird":
        needed = ("BIRD_API_KEY",), ("BIRD_FROM",), ("BIRD_WEBHOOK_SECRET",)
    for names in needed:
        if not any(settings[name] for name in names):
            yield names[0], f"SMS_PROVIDER={provider} needs {' or '.join(names)}."
    if provider == "bird" and not settings["BIRD_BASE_URL"]:
        key = settings["BIRD_API_KEY"]
        if key and not BIRD_KEY.fullmatch(key):
            sentence = "It names no region (bk_<region>_…): set BIRD_BASE_URL as well."
            yield "BIRD_API_KEY", sentence


def _limits(settings: Mapping[str, Any]) -> Iterator[Problem]:
    if settings["WEB_CONCURRENCY"] > 1 and not settings["REDIS_URL"]:
        yield (
            "REDIS_URL",
            f"Each of the {settings['WEB_CONCURRENCY']} processes would count rate"
            " limits alone. Set it, or set WEB_CONCURRENCY=1.",
        )
    if not settings["THROTTLE"]:
        yield "THROTTLE", "Anyone could write and register without limit. Remove it."
    if settings["DEMO"]:
        yield "DEMO", "The demo accounts have a published password. Remove it."
