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
    "email_confirmed": True,
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
    "rating_basis": "deals",
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
PUBLIC_USER = BRIEF | {
    "city": "Rīga",
    "country": "Latvija",
    "average_rating": 4.8,
    "rating_basis": "deals",
    "reviews_count": 12,
    "completion_rate": 90.0,
    "created_at": "2031-03-01T08:15:00Z",
    "is_online": False,
    "last_seen": "2031-05-06T11:20:00Z",
    "bio": "Dārzniece Āgenskalnā.",
    "reputation_score": 4.3,
    "tasks_completed": 9,
    "is_helper": True,
    "skills": ["gardening", "painting"],
    "helper_categories": ["outdoor", "painting"],
    "hourly_rate": 15.0,
}
HELPER = {
    "id": 7,
    "name": "First Last",
    "avatar": PICTURE,
    "bio": "Dārzniece Āgenskalnā.",
    "city": "Rīga",
    "rating": 4.8,
    "review_count": 12,
    "completed_tasks": 9,
    "skills": ["gardening", "painting"],
    "categories": ["outdoor", "painting"],
    "hourly_rate": 15.0,
    "is_available": True,
    "member_since": "2031-03-01T08:15:00Z",
    "latitude": 56.94,
    "longitude": 24.08,
}
PASSWORD = "river-stone-lamp-42"
REGISTER = {
    "username": "client7",
    "email": "client7@example.com",
    "password": PASSWORD,
    "phone": "+371 20000000",
}
LOGIN = {"email": "client7@example.com", "password": PASSWORD}
PROFILE_CHANGE = {"bio": "Dārzniece Āgenskalnā.", "city": "Rīga", "is_helper": True}
AUTH: dict[str, dict] = {
    "register": {
        "Request": [REGISTER],
        "Answer": [SIGNED_IN | {"message": "Welcome!"}],
    },
    "login": {"Request": [LOGIN], "Answer": [SIGNED_IN]},
    "refresh": {"Request": [{"refresh": TOKEN}]},
    "password": {
        "Request": [
            {"current_password": PASSWORD, "new_password": "cloud-harbour-ladder-7"}
        ]
    },
    "update_profile": {"Request": [PROFILE_CHANGE]},
    "delete_profile": {
        "Request": [{"password": PASSWORD}],
        "Answer": [
            {
                "message": "Your account is deleted.",
                "keep_until": "2031-05-20T11:30:00Z",
            }
        ],
    },
    "keep_profile": {
        "Request": [LOGIN],
        "Answer": [SIGNED_IN | {"message": "Your account is kept."}],
    },
}
