"""The demo shows its e-mails in a page, and names its address and accounts last."""

import pytest
from django.core.mail import EmailMultiAlternatives, get_connection

from marketplace import demo, demo_mail
from notifications.types import NOTIFICATION_TYPES
from seed.people import DEMO_PASSWORD, DEMO_ROLES

URL = "/examples/mail"


@pytest.fixture
def shown(settings, tmp_path):
    settings.DEMO, settings.DEMO_MAIL_DIR = True, tmp_path / "mail"


def send(subject: str, html: str = "<head></head><p>Sveiki!</p>") -> None:
    connection = get_connection("marketplace.demo_mail.EmailBackend")
    email = EmailMultiAlternatives(
        subject, "Sveiki!", to=["bob@example.com"], connection=connection
    )
    email.attach_alternative(html, "text/html")
    email.send()


def test_page_shows_what_the_demo_sent(client, shown):
    """Y3: the newest first, and opened."""
    send("The first")
    send("Otrā vēstule – Второе")
    text = client.get(URL).text
    assert text.index("Otrā vēstule – Второе") < text.index("The first")
    assert '<h2 class="subject">Otrā vēstule – Второе' in text


@pytest.mark.parametrize("language", ["lv", "ru", "en"])
@pytest.mark.parametrize("kind", NOTIFICATION_TYPES)
def test_page_shows_every_type_in_every_language(client, shown, kind, language):
    """Y3: to somebody with a name."""
    query = {"kind": kind, "language": language}
    body = client.get(f"{URL}/body", query).text
    assert f'lang="{language}"' in body
    assert "Anna Ozola" in body
    text = client.get(URL, query).text
    assert text.count('aria-current="page"') == 1
    assert "…" not in text


def test_examples_are_plausible(client, shown):
    """Y3: the name of a search is not that of a person, and the count is right."""
    search = client.get(URL, {"kind": "saved_search", "language": "en"}).text
    assert "New for your search: Bērnu lietas" in search
    digest = client.get(URL, {"kind": "digest", "language": "en"}).text
    assert (" 7</h2>" in digest, "And 5 more" in digest) == (True, True)


def test_page_shows_the_confirmation_of_an_address(client, shown):
    """Y3: a plain e-mail, in a frame that breaks its long link."""
    query = {"kind": "confirmation", "language": "en"}
    assert client.get(URL, query).text.count('aria-current="page"') == 1
    body = client.get(f"{URL}/body", query).text
    assert "/api/confirm-email/" in body
    assert "pre-wrap" in body


@pytest.mark.parametrize("path", ["/messages/37", "/tasks/5", "/profile"])
def test_links_to_the_web_client_say_so(client, shown, settings, path):
    """Y3: in the demo; elsewhere a client has these paths."""
    answer = client.get(path, headers={"Accept": "text/html"})
    assert "The web client shows this page." in answer.text
    settings.DEMO = False
    assert "web client" not in client.get(path).text


def test_body_runs_no_script_and_loads_nothing(client, shown):
    """Y3: whatever is in an e-mail."""
    send("Hello", "<head></head><script>alert(1)</script>")
    answer = client.get(f"{URL}/body", {"sent": demo_mail.sent()[0][0]})
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none';")
    assert "allow-scripts" not in policy
    assert "sandbox" in policy


@pytest.mark.parametrize(
    "query",
    [
        {"sent": "../../settings"},
        {"sent": "20310101T000000000000Z-00000000"},
        {"kind": "nonsense", "language": "lv"},
        {"kind": "welcome", "language": "xx"},
        {"kind": "welcome"},
    ],
)
def test_unknown_email_is_404(client, shown, query):
    """Y3."""
    assert client.get(URL, query).status_code == 404
    assert client.get(f"{URL}/body", query).status_code == 404


def test_without_the_demo_there_is_no_page(client, settings):
    """Y3."""
    settings.DEMO = False
    assert client.get(URL).status_code == 404
    assert client.get(f"{URL}/body", {"kind": "welcome"}).status_code == 404


def test_old_emails_of_the_demo_are_deleted(shown, monkeypatch):
    """Y3."""
    monkeypatch.setattr(demo_mail, "MAX_KEPT", 2)
    for number in range(4):
        send(f"Number {number}")
    subjects = [message["Subject"] for _name, message in demo_mail.sent()]
    assert subjects == ["Number 3", "Number 2"]


def test_greeting_names_the_address_and_the_accounts():
    """Y3."""
    text = demo.greeting(5000)
    assert "http://127.0.0.1:5000" in text
    names = (f"{name}@example.com" for name in DEMO_ROLES)
    assert [word for word in (*names, DEMO_PASSWORD) if word not in text] == []
