"""What a rule is: a name, parameters, an outcome, and a check without writes."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from rules.parameters import Parameter
from rules.posts import Post

Values = Mapping[str, Any]  # of the parameters, by name
Spans = dict[str, list[tuple[int, int]]]  # by the name of the text
MASK = "[…]"


class Outcome(models.TextChoices):
    """What becomes of a post that a rule has found."""

    FLAG = "flag", _("Flag for staff")
    HOLD = "hold", _("Hide until staff have seen it")
    MASK = "mask", _("Replace what was found")
    REFUSE = "refuse", _("Refuse")


@dataclass(frozen=True)
class Finding:
    """What a rule has found. `detail` has no words of the post."""

    detail: str
    spans: Spans = field(default_factory=dict)  # that the outcome "mask" replaces


class Rule:
    """The base class of rules. A subclass sets the names and writes `check`."""

    name: ClassVar[str]
    label: ClassVar[str | Promise]
    summary: ClassVar[str]  # a sentence for docs/rules.md and the admin
    advice: ClassVar[str]  # what a new market should set
    parameters: ClassVar[dict[str, Parameter]] = {}
    enabled: ClassVar[bool] = False
    outcome: ClassVar[str] = Outcome.FLAG
    # "mask" only for rules that find places in the text.
    outcomes: ClassVar[tuple[str, ...]] = (Outcome.FLAG, Outcome.HOLD, Outcome.REFUSE)
    measured: ClassVar[bool] = False  # by the labelled posts
    queries: ClassVar[bool] = False  # it reads the database
    # Where it only flags, it checks in a job after the post. What it remembers is
    # stored with the post: the order in which jobs run changes nothing.
    flags_later: ClassVar[bool] = False
    is_late: ClassVar[bool] = False  # it reads files: it runs in a job after the post

    def concerns(self, post: Post, values: Values) -> bool:
        """Return whether the rule looks at this kind of post at all."""
        return True

    def check(self, post: Post, values: Values) -> Finding | None:
        """Return what is wrong with a post, or None. Writes nothing."""
        raise NotImplementedError

    def remember(self, post: Post, values: Values) -> Iterable[models.Model]:
        """Return the fingerprints to insert once the post is saved."""
        return ()

    def check_past(
        self, posts: Iterable[Post], values: Values
    ) -> Iterator[tuple[Post, Finding | None]]:
        """Check posts of the past, the oldest first, as if they were written now.

        A rule that compares posts overrides it and keeps what it needs in memory.
        """
        for post in posts:
            yield (
                post,
                self.check(post, values) if self.concerns(post, values) else None,
            )

    def clean(self, given: Any) -> dict[str, Any]:
        """Return the values of all parameters; those that are not given by default.

        Raises `django.core.exceptions.ValidationError` for what does not fit.
        """
        if not isinstance(given, dict):
            raise ValidationError(_("The parameters must be an object."))
        if unknown := sorted(set(given) - set(self.parameters)):
            raise ValidationError(
                _("There is no parameter %(name)s."), params={"name": unknown[0]}
            )
        values = {}
        for name, parameter in self.parameters.items():
            try:
                values[name] = parameter.clean(given.get(name, parameter.default))
            except ValueError as error:
                raise ValidationError(f"{name}: {error}") from error
        return values


def effective(outcome: str, post: Post, *, is_late: bool) -> str:
    """Return the outcome that is possible for a post.

    A job comes too late to refuse or mask, and what staff cannot hide is not held: a
    message that was delivered, an application and a profile.
    """
    if is_late and outcome in (Outcome.MASK, Outcome.REFUSE):
        outcome = Outcome.HOLD
    if outcome == Outcome.HOLD and not post.is_hideable:
        return Outcome.FLAG
    return outcome


def masked(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """Return `text` with each span replaced by `MASK`. Spans may overlap."""
    parts, end = [], 0
    for start, stop in sorted(spans):
        if start >= end:
            parts += [text[end:start], MASK]
        end = max(end, stop)
    return "".join([*parts, text[end:]])
