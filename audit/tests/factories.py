import factory

from audit.models import Decision


class DecisionFactory(factory.django.DjangoModelFactory):
    """An automated decision about something of `person`."""

    class Meta:
        model = Decision

    target_type = "listings.listing"
    target_id = factory.Sequence(int)
    target_label = "Bicycle"
    outcome = "hide"
    facts = "Spam."
    decided_automatically = True
    # As the constraints want it.
    restricts = factory.LazyAttribute(
        lambda row: "posting payouts" if row.outcome == "restrict" else ""
    )
    label = factory.LazyAttribute(
        lambda row: "disputed_price" if row.outcome == "label" else ""
    )


def of_hidden(owner):
    """Return the declaration of `decision`: one for what is not visible."""

    def decision(item):
        if item.moderation == "visible":
            return None
        return DecisionFactory(person=getattr(item, owner))

    return factory.LazyAttribute(decision)


def hide(rows, moderation="hidden", **fields):
    """Hide or remove all `rows`, whose owner is the same."""
    decision = DecisionFactory(person=rows.first().owner)
    rows.update(moderation=moderation, decision=decision, **fields)
