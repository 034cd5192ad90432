"""Predicates of conversations and messages."""


def is_participant(conversation, user) -> bool:
    """Return whether `user` (or None) takes part in the conversation."""
    pair = (conversation.participant_1_id, conversation.participant_2_id)
    return user is not None and user.pk in pair


def is_sender(message, user) -> bool:
    """Return whether `user` (or None) has sent the message."""
    return user is not None and message.sender_id == user.pk
