"""The server: `gunicorn benchmarks.plain.asgi:http`."""

import os

os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.plain.settings"

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from marketplace.serving.threads import InThreads

http = InThreads(get_wsgi_application(), threads=settings.WEB_THREADS, lanes={})
