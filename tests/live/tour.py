"""Run the shell blocks of a page of the documentation against a running server.

`python -m tests.live.tour docs/accounts.md http://127.0.0.1:8000` prints what the
commands print, and exits with their status: the first that fails ends the tour.
"""

import re
import subprocess
import sys
from pathlib import Path

WRITTEN = "http://127.0.0.1:8000"  # the address in the documentation
MAX_SECONDS = 120


def main(page: str, url: str) -> int:
    blocks = re.findall(r"```sh\n(.*?)```", Path(page).read_text(), re.S)
    script = "\n".join(blocks).replace(WRITTEN, url.rstrip("/"))
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script], check=False, timeout=MAX_SECONDS
    )
    return done.returncode or int(not blocks)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
