"""How staff come to the messages of a conversation, for tests."""

from django.urls import reverse


def page_of(conversation):
    """The admin page of a conversation."""
    return reverse("admin:messaging_conversation_change", args=[conversation.pk])


def open_it(client, conversation, reason="A report."):
    """The answer to opening its messages: the page that shows them."""
    url = reverse("admin:messaging_conversation_action", args=[conversation.pk, "open"])
    return client.post(url, {"reason": reason}, follow=True)
