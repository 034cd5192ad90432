"""The settings of a development machine: those of `DEBUG=true`.

Tests, mypy and the commands that write files of the project use them.
"""

import os

# In the environment, so that the processes that a test starts are of the same kind.
os.environ.setdefault("DEBUG", "true")

from marketplace.settings import *  # noqa: F403 (they read the variable)
