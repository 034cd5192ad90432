"""A race for the views of a listing."""

from tests.live.harness import Call, Harness
from tests.live.race_scenarios import race_scenario
from tests.live.race_scenarios.cast import fifty_people, new_listing, token


@race_scenario(rounds=5)
def views_in_two_processes(harness: Harness) -> None:
    """Readers of two worker processes see counts that never go back."""
    listing = new_listing()
    path = f"/api/listings/{listing.pk}"
    readers = fifty_people()[:16]
    last = 0
    for _view in range(3):
        calls = [Call("GET", path, token(reader)) for reader in readers]
        answers = harness.send_together(calls)
        harness.check_statuses(answers, {200: len(readers)})
        shown = sorted(answer.data["views_count"] for answer in answers)
        harness.check_equal("views", shown, list(range(last + 1, last + 17)))
        last = shown[-1]
        calls = [Call("GET", "/api/listings", token(reader)) for reader in readers]
        answers = harness.send_together(calls)
        harness.check_statuses(answers, {200: len(readers)})
        listed = {
            row["views_count"]
            for answer in answers
            for row in answer.data
            if row["id"] == listing.pk
        }
        harness.check_equal("views in lists", listed, {last})
