"""`make demo-sms`: the demo, with a stub of Twilio that shows what would be sent.

It runs until Ctrl-C, or until the demo ends.
"""

import os
import signal
import subprocess
import sys
from types import FrameType

from tests.live import sms_provider as stub

SMS_PORT = int(os.environ.get("SMS_PORT", 8025))


def main() -> int:
    """Run both; return the exit status of the demo."""
    signal.signal(signal.SIGTERM, _end)
    with stub.SmsProvider(SMS_PORT) as provider:
        environment = os.environ | {
            "SMS_PROVIDER": "twilio",
            "TWILIO_BASE_URL": provider.url,
            "TWILIO_ACCOUNT_SID": stub.ACCOUNT,
            "TWILIO_AUTH_TOKEN": stub.TOKEN,
            "TWILIO_FROM": "+37120000000",
        }
        print(f"\n  Text messages are shown at {provider.url}\n", flush=True)
        demo = subprocess.Popen(
            [sys.executable, "-m", "marketplace.demo"], env=environment
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


if __name__ == "__main__":
    sys.exit(main())
