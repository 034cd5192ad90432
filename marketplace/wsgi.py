"""The WSGI application of every server process."""

import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

from core import reporting

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "marketplace.settings")
# For requests alone: management commands and workers may run longer statements.
os.environ.setdefault("DB_STATEMENT_TIMEOUT_MS", "3000")

reporting.start("marketplace-web")  # before the middleware is loaded: it adds some
application = get_wsgi_application()
get_resolver().url_patterns  # noqa: B018 (loads all views before the first request)
# Everything loaded so far stays for good. Without this, each full garbage collection
# goes through it and delays a request.
gc.freeze()
