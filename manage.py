#!/usr/bin/env python
"""The operator's entry point: `python manage.py help` lists the commands."""

import os
import sys

from django.core.management import execute_from_command_line

from core.env import load_settings

# They write files of the project and serve nobody, so they need no production.
OF_DEVELOPERS = {"makemigrations", "spectacular", "draw_workflows"}

if __name__ == "__main__":
    if sys.argv[1:2] and sys.argv[1] in OF_DEVELOPERS:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "marketplace.development")
    load_settings()
    execute_from_command_line(sys.argv)
