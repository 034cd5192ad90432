"""Answers shown in the API's description."""

ANNOUNCEMENT = {
    "id": 4,
    "kind": "maintenance",
    "title": "Maintenance on Sunday night",
    "text": "The site is closed from 02:00 to 03:00.",
    "language": "en",
    "starts_at": "2031-05-06T12:05:00Z",
    "ends_at": "2031-05-11T03:00:00Z",
    "read": False,
}
