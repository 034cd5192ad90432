"""docker/nginx.conf as data; `make proxy-check` runs it."""

import json
import re

import pytest
from django.conf import settings
from django.utils.translation import gettext, override

from core.exceptions import error_body
from core.web.limits import FORM_OVERHEAD_BYTES
from tests.test_shipping import text

CONF = text("docker/nginx.conf")


def block(opening: str) -> str:
    """Return the directives of a block without further blocks in it."""
    return CONF.partition(opening)[2].partition("}")[0]


def seconds(directive: str, source: str = CONF) -> int:
    """Return the first value of a directive in `source`."""
    return int(re.search(rf"\b{directive} (\d+)s;", source)[1])


def test_the_proxy_closes_connections_before_the_server_does():
    """Y5: or a request would meet a connection that is closing."""
    behind_a_proxy = re.search(
        r"(\d+) if TRUSTED_PROXIES", text("marketplace/settings.py")
    )[1]
    assert seconds("keepalive_timeout", block("upstream web {")) < int(behind_a_proxy)


def test_the_proxy_waits_longer_than_the_server_works():
    """Y5: the server answers 408 or 503 itself, and pings silent sockets."""
    assert seconds("proxy_read_timeout") > 30  # gunicorn's `timeout`
    assert seconds("proxy_read_timeout", block("location = /ws {")) > 3 * 20
    limit = int(re.search(r"client_max_body_size (\d+)m;", CONF)[1])
    assert limit * 1024**2 > settings.UPLOAD_MAX_BYTES + FORM_OVERHEAD_BYTES


@pytest.mark.parametrize("language", ["en", "lv", "ru"])
def test_the_proxy_answers_in_the_words_of_the_application(language):
    """Y5: what it answers itself has the same sentences, codes and shape."""
    sentences = ("Too busy just now. Please try again.", "The request is too large.")
    throttled = "Too many requests. Please wait a little."
    with override(language):
        wanted = [gettext(sentence) for sentence in (*sentences, throttled)]
    assert [sentence for sentence in wanted if f'"{sentence}";' not in CONF] == []
    bodies = re.findall(r"return \d+ '(\{.*\})';", CONF)
    assert [json.loads(body).keys() for body in bodies] == [
        error_body("", "").keys()
    ] * 3
    assert "proxy_intercept_errors on" not in CONF


def test_every_request_carries_the_headers_of_the_proxy():
    """Y5: `proxy_set_header` in a location replaces all of those outside."""
    outside = CONF.partition("# Plain HTTP leads")[0]
    headers = re.compile(r"proxy_set_header (Host|\S*Forwarded\S*) (.*);")
    assert len(headers.findall(outside)) == 5
    assert headers.findall(block("location = /ws {")) == headers.findall(outside)
    assert "proxy_set_header" not in block("location / { proxy_pass")


def test_the_proxy_serves_both_networks_with_tls():
    """Y5: IPv4 and IPv6 listen alike, and plain HTTP leads to HTTPS."""
    listens = re.findall(r"listen (\[::\]:)?(\d+)(.*);", CONF)
    assert {one[1:] for one in listens if one[0]} == {
        one[1:] for one in listens if not one[0]
    }
    assert "return 308 https://$host$request_uri;" in CONF
