"""Bodies and answers shown in the API's description."""

KEY = "4f1d0f3c6f6f4e0f9d7c2f4a8b1e5c3d"
UPLOADED = {
    "message": "Uploaded.",
    "url": f"/api/uploads/{KEY}.jpg",
    "path": f"/api/uploads/{KEY}.jpg",
    "thumbnail_url": f"/api/uploads/{KEY}_t.jpg",
    "filename": f"{KEY}.jpg",
    "content_type": "image/jpeg",
    "size": 183204,
    "width": 1600,
    "height": 1200,
}
UPLOAD = {"Request": [{"file": "photo.jpg"}]}
EXAMPLES: dict[str, dict] = dict.fromkeys(
    ("create", "image"), UPLOAD | {"Answer": [UPLOADED]}
)
