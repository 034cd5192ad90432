"""When a search runs next: in the site's time zone, in summer and winter."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from alerts.schedule import next_run

RIGA = ZoneInfo("Europe/Riga")


@pytest.mark.parametrize(
    ("frequency", "at", "turn"),
    [
        ("daily", (2031, 5, 6, 7, 0), (2031, 5, 6, 8, 7)),
        ("daily", (2031, 5, 6, 8, 7), (2031, 5, 7, 8, 7)),
        ("daily", (2031, 3, 29, 9, 0), (2031, 3, 30, 8, 7)),  # the clocks go forward
        ("weekly", (2031, 5, 6, 7, 0), (2031, 5, 12, 8, 7)),  # from a Tuesday
        ("weekly", (2031, 5, 12, 8, 0), (2031, 5, 12, 8, 7)),
        ("weekly", (2031, 5, 12, 9, 0), (2031, 5, 19, 8, 7)),
    ],
)
def test_digests_come_in_the_morning(settings, frequency, at, turn):
    settings.TIME_ZONE = "Europe/Riga"
    moment = datetime(*at, tzinfo=RIGA)
    assert next_run(frequency, user_id=67, at=moment) == datetime(*turn, tzinfo=RIGA)


def test_instant_is_due_at_every_tick_of_a_minute():
    now = timezone.now()
    turn = next_run("instant", user_id=1, at=now)
    assert now < turn < now + timedelta(minutes=1)


def test_who_wants_nothing_has_no_turn():
    assert next_run("off", user_id=1, at=timezone.now()) is None
