#!/usr/bin/env python
"""The operator's entry point: `python manage.py help` lists the commands."""

import json
import os
import sys

from django.core.management import execute_from_command_line

from core.doctor import refused
from core.env import load_settings

# They write files of the project and serve nobody, so they need no production.
OF_DEVELOPERS = {"makemigrations", "spectacular", "draw_workflows"}

if __name__ == "__main__":
    if sys.argv[1:2] and sys.argv[1] in OF_DEVELOPERS:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "marketplace.development")
    try:
        load_settings()
    except SystemExit as error:
        if sys.argv[1:2] == ["doctor"] and "--json" in sys.argv:  # monitoring reads it
            sys.stdout.write(json.dumps(refused(error.__cause__)) + "\n")
        raise
    execute_from_command_line(sys.argv)
