"""Examples of requests, for the API description."""

REPORT = {
    "Request": [
        {
            "target_type": "listing",
            "target_id": 1,
            "category": "scam",
            "explanation": "Pārdevējs prasa pārskaitīt naudu pirms preces apskates.",
            "good_faith": True,
        }
    ]
}
APPEAL = {
    "Request": [{"text": "Sludinājumā nav nekā aizliegta: lūdzu, izlasiet vēlreiz."}]
}
