"""The demo as a process of a script that runs stubs beside it."""

import signal
import subprocess
import sys
from types import FrameType

from tests.live.server import environment_with


def run_demo(environment: dict[str, str]) -> int:
    """Run the demo with these variables until Ctrl-C, or until it ends.

    Returns its exit status, and 0 for Ctrl-C and SIGTERM.
    """
    signal.signal(signal.SIGTERM, _end)
    demo = subprocess.Popen(
        [sys.executable, "-m", "marketplace.demo"], env=environment_with(environment)
    )
    try:
        return demo.wait()
    except (KeyboardInterrupt, SystemExit):
        return 0
    finally:
        # By its id: Ctrl-C reaches it by itself, a signal to this process does not.
        demo.terminate()
        demo.wait()


def _end(number: int, frame: FrameType | None) -> None:
    raise SystemExit(0)
