"""`make demo-sms`: the demo, with a stub of Twilio that shows what would be sent.

It runs until Ctrl-C, or until the demo ends.
"""

import os
import sys

from tests.live import sms_provider as stub
from tests.live.demo_process import run_demo

SMS_PORT = int(os.environ.get("SMS_PORT", 8025))


def main() -> int:
    """Run both; return the exit status of the demo."""
    with stub.SmsProvider(SMS_PORT) as provider:
        print(f"\n  Text messages are shown at {provider.url}\n", flush=True)
        return run_demo(
            {
                "SMS_PROVIDER": "twilio",
                "TWILIO_BASE_URL": provider.url,
                "TWILIO_ACCOUNT_SID": stub.ACCOUNT,
                "TWILIO_AUTH_TOKEN": stub.TOKEN,
                "TWILIO_FROM": "+37120000000",
            }
        )


if __name__ == "__main__":
    sys.exit(main())
