"""Example requests and responses in the API description."""

PICTURE = "http://localhost:8000/api/uploads/4f1d0f3c6f6f4e0f9d7c2f4a8b1e5c3d.jpg"
TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJ1c2VyX2lkIjo3fQ.c2lnbmF0dXJl"
BRIEF = {
    "id": 7,
    "username": "client7",
    "first_name": "First",
    "last_name": "Last",
    "avatar_url": PICTURE,
    "profile_picture_url": PICTURE,
    "is_verified": True,
}
PROFILE = BRIEF | {
    "email": "client7@example.com",
    "phone": "+371 20000000",
    "bio": "Dārzniece Āgenskalnā.",
    "city": "Rīga",
    "country": "Latvija",
    "is_active": True,
    "phone_verified": False,
    "is_helper": True,
    "language": "lv",
    "show_presence": True,
    "user_type": "both",
    "skills": "gardening,painting",
    "helper_categories": "outdoor,painting",
    "hourly_rate": 15.0,
    "latitude": 56.9383,
    "longitude": 24.0801,
    "average_rating": 4.8,
    "reviews_count": 12,
    "tasks_completed": 9,
    "reputation_score": 4.3,
    "completion_rate": 90.0,
    "created_at": "2031-03-01T08:15:00Z",
    "updated_at": "2031-05-06T11:30:00Z",
}
SIGNED_IN = {
    "message": "You are signed in.",
    "token": TOKEN,
    "access_token": TOKEN,
    "refresh": TOKEN,
    "user": PROFILE,
}
REGISTER = {
    "Request": [
        {
            "username": "client7",
            "email": "client7@example.com",
            "password": "river-stone-lamp-42",
            "phone": "+371 20000000",
        }
    ],
    "Answer": [SIGNED_IN | {"message": "Welcome!"}],
}
LOGIN = {
    "Request": [{"email": "client7@example.com", "password": "river-stone-lamp-42"}],
    "Answer": [SIGNED_IN],
}
