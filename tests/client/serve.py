"""Run a command with a server: `python -m tests.client.serve COMMAND…`.

The URL of the server is the last argument of the command.
The server has an empty SQLite database and a free port, and ends with the command.
"""

import subprocess
import sys

from tests.live.contract.__main__ import temporary_server


def main() -> int:
    with temporary_server() as url:
        return subprocess.run([*sys.argv[1:], url], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
