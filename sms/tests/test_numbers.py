"""A phone number has one spelling, and is a mobile one of an allowed country."""

import phonenumbers
import pytest
from phonenumbers import PhoneNumberType

from sms.exceptions import PhoneInvalid, PhoneNotSupported
from sms.numbers import parse

SUPPORTED = ("LV", "LT", "EE")
TYPES = {
    name: getattr(PhoneNumberType, name)
    for name in (
        "FIXED_LINE",
        "TOLL_FREE",
        "PREMIUM_RATE",
        "SHARED_COST",
        "VOIP",
        "PERSONAL_NUMBER",
        "PAGER",
        "UAN",
    )
}


def example(region: str, kind: int) -> str:
    number = phonenumbers.example_number_for_type(region, kind)
    return number and phonenumbers.format_number(number, 0)


@pytest.mark.parametrize(
    "text",
    [
        "+37121234567",
        "0037121234567",
        "21234567",
        "21 234 567",
        " (+371) 21-234-567 ",
        "+371 2123.4567",
        "+٣٧١ ٢١٢٣٤٥٦٧",
        "＋３７１　２１２３４５６７",
        "00 371 21\u00a0234\u2011567",
        "\u202a+371 21 234 567\u202c",
    ],
)
def test_every_spelling_is_one_number(text):
    """O9: 00, spaces, brackets, Arabic and full-width digits, the national form."""
    number = parse(text)
    assert (number.e164, number.region) == ("+37121234567", "LV")
    assert number.prefix == "+3712123"


@pytest.mark.parametrize(
    ("text", "region", "e164"),
    [
        ("(0-612) 34567", "LT", "+37061234567"),
        ("8 612 34567", "LT", "+37061234567"),
        ("5123 4567", "EE", "+37251234567"),
        ("+371 21234567", "EE", "+37121234567"),
    ],
)
def test_national_form_is_that_of_the_default_region(text, region, e164):
    """O9."""
    assert parse(text, region).e164 == e164


def test_default_region_is_a_setting(settings):
    """O9."""
    settings.PHONE_REGION = "EE"
    assert parse("5123 4567").e164 == "+37251234567"


@pytest.mark.parametrize("region", SUPPORTED)
def test_mobile_numbers_are_supported(region):
    """O4."""
    number = example(region, PhoneNumberType.MOBILE)
    assert (parse(number).e164, parse(number).region) == (number, region)


@pytest.mark.parametrize("kind", TYPES)
@pytest.mark.parametrize("region", SUPPORTED)
def test_other_types_are_not_supported(region, kind):
    """O4: fixed lines, premium, shared cost, toll-free, VoIP and the like."""
    number = example(region, TYPES[kind])
    if number is None:
        return  # the country has none
    with pytest.raises(PhoneNotSupported) as refusal:
        parse(number)
    assert (refusal.value.status, refusal.value.code) == (400, "phone_not_supported")


@pytest.mark.parametrize("number", ["+447400123456", "+12015550123", "+79123456789"])
def test_other_countries_are_not_supported(number):
    """O4: an allow-list of countries."""
    with pytest.raises(PhoneNotSupported):
        parse(number)


def test_where_a_country_cannot_tell_the_number_may_be_mobile(settings):
    """O4: as in North America, where both are numbered alike."""
    settings.SMS_COUNTRIES = ["US"]
    assert parse("+12015550123").region == "US"


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "+",
        "abc",
        "112",
        "+37100000000",
        "+371 2123456",
        "+3712123456\0",
        "\ud800",
        "²¹²³⁴⁵⁶⁷",
        "①②③④⑤⑥⑦⑧",
        "2LATVIA7",
        "tel:+37121234567",
        "+37121234567;ext=5",
        "+37121234567 x5",
        "++37121234567",
        "7" * 1_000_000,
    ],
)
def test_what_is_no_number_is_refused(text):
    """O9: NUL, a megabyte, odd Unicode, letters and extensions."""
    with pytest.raises(PhoneInvalid) as refusal:
        parse(text)
    assert (refusal.value.status, refusal.value.code) == (400, "phone_invalid")
