"""Bodies and answers shown in the API's description."""

NOTIFICATION = {
    "id": 31,
    "kind": "application_received",
    "group": "applications",
    "title": "New application: Palīdzēt pārvest dīvānu",
    "text": "Other Last offers to do “Palīdzēt pārvest dīvānu”.",
    "reason": "",
    "path": "/tasks/18",
    "subject": {"type": "task", "id": 18},
    "facts": {"name": "Other Last", "title": "Palīdzēt pārvest dīvānu"},
    "is_read": False,
    "read_at": None,
    "created_at": "2031-05-06T12:05:00Z",
}
EXAMPLES = {
    "set_preference": {
        "Request": [{"messages": {"email": False}, "tasks": {"in_app": True}}]
    }
}
