"""The book of checks: what was expected, what came, and how many held."""

import sys
from collections import Counter

from tests.live.walk.client import ORIGIN, Answer
from tests.live.walk.kinds import boolean, brief, faults, integer
from tests.live.walk.shapes import ERROR

PAGING = ("X-Total-Count", "X-Page", "X-Per-Page")
COUNTS = {
    **dict.fromkeys(("total", "page", "per_page", "pages"), integer),
    "has_more": boolean,
}


class Book:
    """A check's name begins with the section of the contract that it quotes."""

    def __init__(self):
        self.passed: Counter[str] = Counter()
        self.failures: list[tuple[str, str]] = []
        self._seen: dict[str, list[str]] = {
            "1.1 no answer redirects": [],
            "1.3 no answer is a 5xx": [],
            "1.4 every error says a sentence under `error`, in JSON": [],
            "1.6 every answer has its CORS headers": [],
        }

    # --- The vocabulary ---------------------------------------------------------------

    def expect(self, name: str, answer: Answer, status, shape=None):
        """The answer has the status (or one of them) and the shape; return its body."""
        wanted = status if isinstance(status, tuple) else (status,)
        found = []
        if answer.status not in wanted:
            found.append(f"{status} expected, got {answer.status} {brief(answer.body)}")
        elif shape is not None:
            found += faults(shape, answer.body)
        self._note(name, [f"{answer.request}: {fault}" for fault in found])
        return answer.body

    def refuse(self, name: str, answer: Answer, status) -> None:
        """The answer is an error of the one shape."""
        self.expect(name, answer, status, ERROR)

    def same(self, name: str, got, expected) -> None:
        wrong = type(got) is not type(expected) or got != expected
        said = f"{brief(expected)} expected, got {brief(got)}"
        self._note(name, [said] if wrong else [])

    def holds(self, name: str, fact, got="") -> None:
        self._note(name, [] if fact else [f"got {brief(got)}"])

    def page(self, name: str, answer: Answer, key: str | None, row) -> list:
        """A list: its rows in an envelope or bare, and its paging headers."""
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
            said = faults({**COUNTS, key: [row]}, body)
            self._note(f"{name}: the envelope counts as the headers do", said)
            self.same(
                f"{name}: total is X-Total-Count",
                answer.headers.get("X-Total-Count"),
                str((body or {}).get("total")),
            )
        return rows if isinstance(rows, list) else []

    # --- What every answer must keep --------------------------------------------------

    def witness(self, answer: Answer) -> None:
        seen = self._seen
        if 300 <= answer.status < 400:
            seen["1.1 no answer redirects"].append(_said(answer))
        if answer.status >= 500:
            seen["1.3 no answer is a 5xx"].append(_said(answer))
        if answer.status >= 400:
            wrong = [f"{_said(answer)}: {f}" for f in faults(ERROR, answer.body)]
            seen["1.4 every error says a sentence under `error`, in JSON"] += wrong
        if answer.headers.get("Access-Control-Allow-Origin") not in {ORIGIN, "*"}:
            seen["1.6 every answer has its CORS headers"].append(_said(answer))

    def close(self) -> None:
        """Enter what was witnessed."""
        for name, found in self._seen.items():
            self._note(name, found[:5])

    # --- The report -------------------------------------------------------------------

    def crash(self, name: str, error: Exception) -> None:
        self._note(f"{name}: walked to its end", [f"{type(error).__name__}: {error}"])

    def report(self) -> bool:
        """Print the sections, each failure and the sum; return whether all held."""
        failed = Counter(_section(name) for name, _said in self.failures)
        sections = sorted(self.passed | failed, key=_order)
        lines = [f"§{s:5} {self.passed[s]:4} ok {failed[s]:4} failed" for s in sections]
        lines += [f"FAILED {name}\n       {said}" for name, said in self.failures]
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


def _said(answer: Answer) -> str:
    return f"{answer.request} answered {answer.status}"
