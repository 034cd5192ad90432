"""Bodies and answers of disputes, shown in the API's description."""

URL = "https://market.example.com/api/messages/attachments/31?signature=WzMxXQ"
OFFER = {
    "id": 4,
    "made_by_id": 9,
    "worker_cents": 2500,
    "status": "standing",
    "created_at": "2031-05-12T10:00:00Z",
}
DISPUTE = {
    "id": 3,
    "task_id": 18,
    "task_title": "Palīdzēt pārvest dīvānu",
    "filed_by_id": 7,
    "filed_by_name": "First Last",
    "filed_against_id": 9,
    "filed_against_name": "Other Last",
    "reason": "incomplete",
    "reason_label": "The work is not finished",
    "description": "Dīvāns palika pie durvīm, un neviens neatgriezās.",
    "evidence_images": [URL],
    "status": "open",
    "resolution": None,
    "resolution_notes": "",
    "response_description": "",
    "response_images": [],
    "responded_at": None,
    "respond_by": "2031-05-16T18:00:00Z",
    "is_escalated": False,
    "price_cents": 4500,
    "currency": "EUR",
    "worker_cents": None,
    "offers": [OFFER],
    "timeline": [
        {"event": "filed", "at": "2031-05-11T18:00:00Z", "by_id": 7},
        {"event": "offer", "at": "2031-05-12T10:00:00Z", "by_id": 9},
    ],
    "created_at": "2031-05-11T18:00:00Z",
    "updated_at": "2031-05-12T10:00:00Z",
    "resolved_at": None,
    "actions": ["offer", "accept-offer"],
}
FILED = {
    "task_id": 18,
    "reason": "incomplete",
    "description": "Dīvāns palika pie durvīm, un neviens neatgriezās.",
    "evidence_images": [31],
}
ANSWER = {"description": "Durvis bija par šauru, un īpašnieks to redzēja."}
DECISION = {
    "resolution": "partial",
    "resolution_notes": "Half of the way was done.",
    "worker_cents": 2500,
}
EXAMPLES: dict[str, dict] = {
    "create": {
        "Request": [FILED],
        "Answer": [
            {
                "message": "The dispute is filed.",
                "dispute": DISPUTE,
                "support_email": "help@market.example.com",
            }
        ],
    },
    "respond": {"Request": [ANSWER]},
    "resolve": {"Request": [DECISION]},
    "offer": {"Request": [{"worker_cents": 2500}]},
    "reasons": {
        "Answer": [{"reasons": [{"value": "no_show", "label": "Nobody came"}]}]
    },
}
