"""Answers shown in the API's description."""

TRUST = {
    "trust": {
        "Answer": [
            {
                "level": 1,
                "limits": {"posts": 200, "pictures": 12_000, "conversations": 200},
                "used": {"posts": 2, "pictures": 5, "conversations": 1},
                "next": ["The phone number is verified."],
            }
        ]
    }
}
