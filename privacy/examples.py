"""Example answers in the API description."""

EXPORT = {
    "id": 3,
    "status": "ready",
    "size": 1_482_311,
    "created_at": "2031-05-06T11:30:00Z",
    "ready_at": "2031-05-06T11:31:00Z",
    "expires_at": "2031-05-13T11:31:00Z",
    "download_url": "http://localhost:8000/api/auth/exports/3/file?signature=WzMsIC",
}
WAITING = EXPORT | {
    "status": "waiting",
    "size": 0,
    "ready_at": None,
    "expires_at": None,
    "download_url": None,
}
REQUESTED = {"message": "Your data are being collected.", "export": WAITING}
