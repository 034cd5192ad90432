"""The report: counts the checks that passed and lists those that failed."""

import sys
from collections import Counter

from tests.live.contract.client import ORIGIN, Answer
from tests.live.contract.shapes import ERROR
from tests.live.contract.value_checks import boolean, brief, integer, mismatches

PAGING = ("X-Total-Count", "X-Page", "X-Per-Page")
COUNTS = {
    **dict.fromkeys(("total", "page", "per_page", "pages"), integer),
    "has_more": boolean,
}


class Report:
    """Collects checks. Each name begins with the number of its contract section."""

    def __init__(self):
        self.passed: Counter[str] = Counter()
        self.failures: list[tuple[str, str]] = []
        self._common: dict[str, list[str]] = {
            "1.1 no answer redirects": [],
            "1.3 no answer is a 5xx": [],
            "1.4 every error says a sentence under `error`, in JSON": [],
            "1.6 every answer has its CORS headers": [],
        }

    # --- Checks of one answer ---------------------------------------------------------

    def expect(self, name: str, answer: Answer, status, shape=None):
        """Check the status (one, or any of a tuple) and the shape; return the body."""
        wanted = status if isinstance(status, tuple) else (status,)
        found = []
        if answer.status not in wanted:
            found.append(f"{status} expected, got {answer.status} {brief(answer.body)}")
        elif shape is not None:
            found += mismatches(shape, answer.body)
        self._note(name, [f"{answer.request}: {mismatch}" for mismatch in found])
        return answer.body

    def expect_error(self, name: str, answer: Answer, status) -> None:
        """Check the status and that the body has the shape of an error."""
        self.expect(name, answer, status, ERROR)

    def expect_equal(self, name: str, got, expected) -> None:
        """Check equality of value and of type."""
        wrong = type(got) is not type(expected) or got != expected
        problem = f"{brief(expected)} expected, got {brief(got)}"
        self._note(name, [problem] if wrong else [])

    def expect_true(self, name: str, condition, got="") -> None:
        """Check that `condition` is true; `got` is printed if it is not."""
        self._note(name, [] if condition else [f"got {brief(got)}"])

    def expect_page(self, name: str, answer: Answer, key: str | None, row) -> list:
        """Check a list and its paging headers; return its rows.

        With `key` the rows stand in an envelope, without it the body is the array.
        """
        shape = [row] if key is None else {key: [row], "total": integer}
        body = self.expect(name, answer, 200, shape)
        missing = [
            header
            for header in PAGING
            if not answer.headers.get(header, "").isdecimal()
        ]
        self._note(f"{name}: paging headers", [f"no {head}" for head in missing])
        rows = body if key is None else (body or {}).get(key, [])
        if key is not None:
            problem = mismatches({**COUNTS, key: [row]}, body)
            self._note(f"{name}: the envelope counts as the headers do", problem)
            self.expect_equal(
                f"{name}: total is X-Total-Count",
                answer.headers.get("X-Total-Count"),
                str((body or {}).get("total")),
            )
        return rows if isinstance(rows, list) else []

    # --- Checks of every answer -------------------------------------------------------

    def check_answer(self, answer: Answer) -> None:
        """Check redirects, 5xx, the error shape and CORS headers of any answer."""
        found = self._common
        if 300 <= answer.status < 400:
            found["1.1 no answer redirects"].append(_describe(answer))
        if answer.status >= 500:
            found["1.3 no answer is a 5xx"].append(_describe(answer))
        if answer.status >= 400:
            wrong = [
                f"{_describe(answer)}: {f}" for f in mismatches(ERROR, answer.body)
            ]
            found["1.4 every error says a sentence under `error`, in JSON"] += wrong
        if answer.headers.get("Access-Control-Allow-Origin") not in {ORIGIN, "*"}:
            found["1.6 every answer has its CORS headers"].append(_describe(answer))

    def record_common_checks(self) -> None:
        """Add the results of the checks that ran on every answer."""
        for name, found in self._common.items():
            self._note(name, found[:5])

    # --- The report -------------------------------------------------------------------

    def record_exception(self, name: str, error: Exception) -> None:
        """Record a scenario that ended with an exception as a failed check."""
        self._note(f"{name}: runs to its end", [f"{type(error).__name__}: {error}"])

    def report(self) -> bool:
        """Print the counts and each failure; return whether all checks passed."""
        failed = Counter(_section(name) for name, _describe in self.failures)
        sections = sorted(self.passed | failed, key=_order)
        lines = [f"§{s:5} {self.passed[s]:4} ok {failed[s]:4} failed" for s in sections]
        lines += [f"FAILED {name}\n       {problem}" for name, problem in self.failures]
        lines.append(f"{self.passed.total()} passed, {len(self.failures)} failed")
        sys.stdout.write("\n".join(lines) + "\n")
        return not self.failures

    def _note(self, name: str, found: list[str]) -> None:
        if found:
            self.failures.append((name, "\n       ".join(found)))
        else:
            self.passed[_section(name)] += 1


def _section(name: str) -> str:
    return name.split(" ", 1)[0]


def _order(section: str) -> list[int]:
    return [int(part) for part in section.split(".")]


def _describe(answer: Answer) -> str:
    return f"{answer.request} answered {answer.status}"
