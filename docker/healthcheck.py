"""Exit with status 0 if the server in this container answers, otherwise with 1."""

import http.client
import os
import sys

connection = http.client.HTTPConnection(
    "127.0.0.1", int(os.environ.get("PORT") or 8000), timeout=2
)
try:
    connection.request("GET", "/health")
    sys.exit(connection.getresponse().status != 200)
except OSError:
    sys.exit(1)
