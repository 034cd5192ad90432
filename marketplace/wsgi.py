"""The HTTP application that every server process runs."""

import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "marketplace.settings")
os.environ.setdefault("DB_STATEMENT_TIMEOUT_MS", "3000")  # of requests, not commands

application = get_wsgi_application()
get_resolver().url_patterns  # noqa: B018 (loads them, so that no request has to)
gc.freeze()  # what has been loaded stays: no collection looks through it again
