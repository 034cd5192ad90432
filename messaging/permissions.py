"""Who may do what with a conversation."""


def is_participant(conversation, user) -> bool:
    pair = (conversation.participant_1_id, conversation.participant_2_id)
    return user is not None and user.pk in pair


def is_sender(message, user) -> bool:
    return user is not None and message.sender_id == user.pk
