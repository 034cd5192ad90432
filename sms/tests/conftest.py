"""A provider over HTTP, and a closed circuit for each test."""

from base64 import b64encode

import pytest

from sms import services
from tests.live import sms_provider as stub

SERVICE = "MG" + "0" * 32


@pytest.fixture(autouse=True)
def closed_circuit(settings, tmp_path):
    services.breaker.record_success()
    settings.DEMO_SMS_DIR = tmp_path / "sms"
    settings.SITE_URL = "https://market.test"


@pytest.fixture
def provider():
    with stub.SmsProvider() as running:
        yield running


@pytest.fixture
def twilio(settings, provider):
    """Twilio, with a sender."""
    settings.SMS_PROVIDER = "twilio"
    settings.TWILIO_BASE_URL = provider.url
    settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN = stub.ACCOUNT, stub.TOKEN
    settings.TWILIO_FROM, settings.TWILIO_MESSAGING_SERVICE_SID = "+37120000000", ""
    return provider


@pytest.fixture
def bird(settings, provider):
    """Bird, at the host of a setting."""
    settings.SMS_PROVIDER = "bird"
    settings.BIRD_BASE_URL, settings.BIRD_API_KEY = provider.url, stub.BIRD_KEY
    settings.BIRD_FROM, settings.BIRD_WEBHOOK_SECRET = "Market", stub.BIRD_SECRET
    return provider


@pytest.fixture
def nobody_listens(settings):
    """Twilio, at an address where no server is."""
    settings.SMS_PROVIDER, settings.TWILIO_BASE_URL = "twilio", "http://127.0.0.1:9"
    settings.TWILIO_ACCOUNT_SID, settings.TWILIO_AUTH_TOKEN = stub.ACCOUNT, stub.TOKEN
    settings.TWILIO_FROM = "+37120000000"


def basic(user: str, password: str) -> str:
    return "Basic " + b64encode(f"{user}:{password}".encode()).decode()
