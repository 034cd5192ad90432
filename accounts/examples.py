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
    "seller_type": "trader",
}
TRADER = {
    "name": "Dārznieks SIA",
    "address": "Dārza iela 1, Rīga, LV-1001",
    "registration_number": "40000000000",
    "vat_number": "LV40000000000",
    "email": "office@example.com",
    "phone": "+371 20000000",
    "certified_at": "2031-03-01T08:20:00Z",
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
    "languages": ["lv", "en"],
    "skills_list": ["gardening", "painting"],
    "helper_categories_list": ["outdoor", "painting"],
    "badges": ["email", "staff"],
    "response_time_minutes": 25,
    "trader": TRADER,
    "username_derived": False,
    "registration_completed": True,
    "created_at": "2031-03-01T08:15:00Z",
    "updated_at": "2031-05-06T11:30:00Z",
}
SESSION = {
    "id": 31,
    "device": "Firefox, Linux",
    "method": "password",
    "network": "203.0.113.0/24",
    "created_at": "2031-05-06T11:30:00Z",
    "last_used_at": "2031-05-06T12:10:00Z",
    "is_current": True,
}
SECURITY_EVENT = {
    "id": 64,
    "type": "signed_in",
    "title": "Signed in",
    "device": "Firefox, Linux",
    "network": "203.0.113.0/24",
    "created_at": "2031-05-06T11:30:00Z",
}
DEVICE_TOKEN = "WzcsIlQ0bTlZIl0:1wAbCd:c2lnbmF0dXJl"
SIGNED_IN = {
    "message": "You are signed in.",
    "token": TOKEN,
    "access_token": TOKEN,
    "refresh": TOKEN,
    "device_token": DEVICE_TOKEN,
    "user": PROFILE,
}
PUBLIC_USER = BRIEF | {
    "city": "Rīga",
    "country": "Latvija",
    "average_rating": 4.8,
    "rating_basis": "deals",
    "reviews_count": 12,
    "completion_rate": 90.0,
    "languages": ["lv", "en"],
    "badges": ["email", "staff"],
    "response_time_minutes": 25,
    "trader": TRADER,
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
LINK_TOKEN = "Qm9yZGVyIGNvbGxpZSBvbiBhIGhpbGwhIQ"
PASSWORD_RESETS: dict[str, dict] = {
    "forgot": {"Request": [{"email": "client7@example.com"}]},
    "reset": {"Request": [{"token": LINK_TOKEN, "password": "cloud-harbour-ladder-7"}]},
}
EMAILS: dict[str, dict] = {
    "confirm": {"Request": [{"token": LINK_TOKEN}]},
    "change": {"Request": [{"email": "client7@example.org"}]},
}
SOCIAL_TOKEN = {"provider": "google", "id_token": TOKEN, "nonce": "9f6c1e0a2b"}
SOCIAL: dict[str, dict] = {
    "social": {
        "Request": [
            SOCIAL_TOKEN,
            {"challenge": "b7Xk0Yq2mN4rT8vW1zA5cE", "password": PASSWORD},
        ],
        "Answer": [SIGNED_IN | {"is_new_user": False}],
    },
    "link": {"Request": [SOCIAL_TOKEN]},
}
TERMS: dict[str, dict] = {"terms": {"Request": [{"version": "1"}]}}
ONBOARDING: dict[str, dict] = {
    "check_username": {"Answer": [{"available": False, "reason": "taken"}]},
    "complete_registration": {
        "Request": [PROFILE_CHANGE | {"username": "client7", "languages": ["lv", "en"]}]
    },
}
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
CHALLENGE = "0rZ9xq3mS4yT7vKc1wLd2A"
CODES = ["ABCDE-23456", "K7QPX-4MZRT"] + [f"ABCD{n}-FGHIJ" for n in "ABCDEFGH"]
CONFIRMED = {
    "message": "Thank you. Your identity is confirmed.",
    "confirmed_until": "2031-05-06T11:40:00Z",
    "method": "code",
}
SETUP = {
    "message": "Scan the code with your app, then enter what it shows.",
    "secret": "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",
    "otpauth_url": "otpauth://totp/Marketplace:client7@example.com"
    "?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Marketplace",
    "svg": "<svg>…</svg>",
}
SECOND_FACTOR: dict[str, dict] = {
    "state": {
        "Answer": [
            {
                "enabled": True,
                "created_at": "2031-05-06T11:30:00Z",
                "recovery_codes_left": 10,
                "methods": ["code", "recovery_code"],
            }
        ]
    },
    "set_up": {"Answer": [SETUP]},
    "enable": {
        "Request": [{"code": "492039"}],
        "Answer": [{"message": "Two-step sign-in is on.", "recovery_codes": CODES}],
    },
    "backup_codes": {
        "Answer": [
            {
                "message": "These are your new recovery codes.",
                "recovery_codes": CODES,
            }
        ]
    },
    "verify": {
        "Request": [{"challenge": CHALLENGE, "code": "492039"}],
        "Answer": [SIGNED_IN],
    },
}
NEW_CREDENTIAL = {
    "id": "3q2-7w",
    "type": "public-key",
    "response": {
        "clientDataJSON": "eyJ0eXBlIjoid2ViYXV0aG4uY3JlYXRlIn0",
        "attestationObject": "o2NmbXRkbm9uZQ",
    },
}
CREDENTIAL = {
    "id": "3q2-7w",
    "type": "public-key",
    "response": {
        "clientDataJSON": "eyJ0eXBlIjoid2ViYXV0aG4uZ2V0In0",
        "authenticatorData": "SZYN5YgOjGh0NBcPZHZgW4_krrmihjLHmVzzuoMdl2MFAAAAAQ",
        "signature": "MEUCIQDx",
    },
}
IDENTITY: dict[str, dict] = {
    "confirm_identity": {
        "Request": [
            {"code": "492039"},
            {"password": PASSWORD},
            {"challenge": CHALLENGE, "credential": CREDENTIAL},
        ],
        "Answer": [CONFIRMED],
    }
}
PASSKEY = {
    "id": 3,
    "name": "Telephone",
    "created_at": "2031-05-06T11:30:00Z",
    "last_used_at": None,
}
OPTIONS = {
    "challenge": CHALLENGE,
    "options": {
        "challenge": "4SUT1b8UFXEw2DyzL6bFbFZaI5QfhkIB0JVUruoIZ3k",
        "rpId": "market.example.com",
        "userVerification": "required",
    },
}
PASSKEYS: dict[str, dict] = {
    "begin": {"Answer": [OPTIONS]},
    "confirm_options": {"Answer": [OPTIONS]},
    "create": {
        "Request": [
            {
                "challenge": CHALLENGE,
                "credential": NEW_CREDENTIAL,
                "name": "Telephone",
            }
        ]
    },
    "sign_in": {
        "Request": [{}, {"challenge": CHALLENGE, "credential": CREDENTIAL}],
        "Answer": [OPTIONS, SIGNED_IN],
    },
}
