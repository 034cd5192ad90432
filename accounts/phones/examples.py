"""Example requests and responses of phone codes in the API description."""

from accounts.examples import SIGNED_IN

CHALLENGE = "Zc3Hq0l9T5uQm1xW7bN2aA"
STARTED = {"challenge": CHALLENGE, "expires_in": 600, "resend_in": 30}
PHONES: dict[str, dict] = {
    "start": {
        "Request": [{"phone": "+371 20000000", "purpose": "sign_in"}],
        "Answer": [STARTED],
    },
    "verify": {
        "Request": [{"challenge": CHALLENGE, "code": "042137"}],
        "Answer": [SIGNED_IN | {"is_new_user": False}],
    },
    "link": {"Request": [{"challenge": CHALLENGE, "code": "042137"}]},
}
