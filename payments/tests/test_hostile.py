"""What nobody should send, and what happens between two steps."""

import pytest

pytestmark = pytest.mark.django_db


# --- Names from outside ---------------------------------------------------------------


@pytest.mark.parametrize("page", ["pay", "account"])
@pytest.mark.parametrize("name", ["%00", "a%00b", "%ED%A0%80", "a" * 500, "é"])
def test_a_page_of_the_sandbox_that_cannot_be_is_404(
    client, page, name, django_assert_num_queries
):
    """E19: the database, which takes no NUL in a JSON value, is not asked."""
    with django_assert_num_queries(0):
        answer = client.get(f"/payments/sandbox/{page}/{name}")
    assert answer.status_code == 404
