"""The claims of an access token."""

import base64
import json

from accounts import tokens


def test_the_token_names_its_person_by_number_and_name(alice):
    payload = tokens.open_session(alice)["token"].split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(payload + "==="))
    assert (claims["user_id"], claims["username"]) == (alice.pk, "alice")


def test_refreshing_keeps_the_claims(alice):
    again = tokens.refresh(tokens.open_session(alice)["refresh"])["token"]
    claims = json.loads(base64.urlsafe_b64decode(again.split(".")[1] + "==="))
    assert (claims["user_id"], claims["username"]) == (alice.pk, "alice")
