"""Bodies and answers shown in the API's description."""

PAYMENT = {
    "id": 31,
    "status": "held",
    "processing": False,
    "price": 45.0,
    "fee": 4.5,
    "refunded": 0.0,
    "released": 0.0,
    "currency": "EUR",
    "held_at": "2031-05-06T12:20:00Z",
    "auto_release_at": None,
    "subject": {"type": "task", "id": 18, "title": "Palīdzēt pārvest dīvānu"},
    "payer": {"id": 7, "name": "First Last"},
    "payee": {"id": 9, "name": "Other Last"},
    "history": [{"name": "hold", "at": "2031-05-06T12:20:00Z", "status": "held"}],
    "actions": ["receipt"],
}
QUOTE = {
    "price": 45.0,
    "fee": 4.5,
    "worker_gets": 40.5,
    "payer_pays": 45.0,
    "currency": "EUR",
    "terms": [
        "The money is held until you confirm the work.",
        "Without an answer it is released 14 days after the work is marked as done.",
    ],
}
BALANCE = {"currency": "EUR", "held": 40.5, "in_transit": 0.0, "paid_out": 120.0}
ACCOUNT = {
    "status": "pending",
    "requirements": ["Confirm who you are."],
    "next_payout_on": None,
}
LINK = {
    "message": "Go on at the payment provider.",
    "url": "https://connect.example.com/setup/e/acct_1/abc",
}
OPEN = {
    "country": "LV",
    "entity_type": "individual",
    "return_url": "https://market.example.com/payments",
    "refresh_url": "https://market.example.com/payments/again",
}
CLIENT = {
    "provider": "sandbox",
    "url": "https://market.example.com/payments/sandbox/pay/secret",
}
EXAMPLES: dict[str, dict] = {
    "quote": {"Answer": [QUOTE]},
    "balance": {"Answer": [BALANCE]},
    "retrieve": {"Answer": [PAYMENT]},
    "account": {"Answer": [ACCOUNT]},
    "open_account": {"Request": [OPEN], "Answer": [LINK]},
}
