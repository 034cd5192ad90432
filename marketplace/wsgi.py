"""The HTTP application that every server process runs."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "marketplace.settings")
os.environ.setdefault("DB_STATEMENT_TIMEOUT_MS", "3000")  # of requests, not commands

application = get_wsgi_application()
