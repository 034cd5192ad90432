"""Bodies and answers shown in the API's description."""

from accounts.examples import BRIEF, PICTURE

OTHER = BRIEF | {"is_online": True, "last_seen": "2031-05-06T12:10:00Z"}
SUBJECT: dict[str, object] = {
    "task_id": 18,
    "offering_id": None,
    "listing_id": None,
    "about": {"type": "task", "id": 18, "title": "Palīdzēt pārvest dīvānu"},
}
MESSAGE: dict[str, object] = SUBJECT | {
    "id": 88,
    "conversation_id": 6,
    "seq": 1,
    "sender_id": 7,
    "sender": BRIEF,
    "content": "Vai varat sestdien?",
    "attachments": [],
    "client_msg_id": "0d9c3a1e-77b2-4c0e-9f52-6f1a9f6f3b11",
    "is_read": False,
    "is_deleted": False,
    "edited_at": None,
    "created_at": "2031-05-06T12:10:00Z",
}
CONVERSATION: dict[str, object] = SUBJECT | {
    "id": 6,
    "participant_1_id": 7,
    "participant_2_id": 9,
    "other_participant": OTHER,
    "is_blocked": False,
    "unread_count": 1,
    "last_seq": 1,
    "read_seq": 0,
    "other_read_seq": 1,
    "last_message": MESSAGE,
    "created_at": "2031-05-06T12:10:00Z",
    "updated_at": "2031-05-06T12:10:00Z",
}
ATTACHMENT = {
    "id": 14,
    "content_type": "image/jpeg",
    "size": 183204,
    "width": 1600,
    "height": 1200,
    "url": f"{PICTURE}?signature=abc",
    "thumbnail_url": f"{PICTURE}?signature=abd",
}
BLOCK = {"user_id": 7, "user": BRIEF, "created_at": "2031-05-06T12:10:00Z"}
CONVERSATIONS: dict[str, dict] = {
    "create": {
        "Request": [
            {"user_id": 9, "message": "Vai varat sestdien?", "task_id": 18},
            {"participant_id": 9, "initial_message": "Labdien!", "offering_id": 23},
        ],
        "Answer": [{"conversation": CONVERSATION, "existing": False}],
    },
    "send": {
        "Request": [
            {
                "content": "Vai varat sestdien?",
                "client_msg_id": "0d9c3a1e-77b2-4c0e-9f52-6f1a9f6f3b11",
            }
        ],
        "Answer": [{"message": MESSAGE}],
    },
}
EDIT = {"Request": [{"content": "Vai varat svētdien?"}]}
MESSAGES = {"update": EDIT, "partial_update": EDIT}
