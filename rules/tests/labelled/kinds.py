"""Labelled posts of further kinds, and with the digits of other scripts.

By language: the kind, the name of the text, the text, and whether it has contact
details.
"""

OTHERS = {
    "lv": [
        ("taskapplication", "message", "Varu rīt, zvaniet ２９１２３４５６.", True),
        ("taskapplication", "message", "Varu rīt pēc 17.00, paņemšu 40 eiro.", False),
        ("user", "bio", "Meistars kopš 2009. gada. ②⑨①②③④⑤⑥", True),
        ("user", "bio", "Meistars ar 15 gadu pieredzi, strādāju 8-18.", False),
        ("review", "content", "Labs darbs, numurs ٢٩١٢٣٤٥٦.", True),
    ],
    "ru": [
        ("taskapplication", "message", "Могу завтра, пишите на anna@inbox.lv", True),
        ("taskapplication", "message", "Могу завтра после 17:00 за 40 евро.", False),
        ("user", "bio", "Мастер. Телеграм @anna_master", True),
        ("user", "bio", "Мастер с 2009 года, 25 м², 3 этаж, 100 % качество.", False),
        ("review", "content", "Отлично, звоните ２９ １２３ ４５６.", True),
    ],
    "en": [
        (
            "taskapplication",
            "message",
            "I am free, call +３７１ ２９１２３４５６.",
            True,
        ),
        (
            "taskapplication",
            "message",
            "I am free on 24.12. from 10:00 to 18:00.",
            False,
        ),
        ("user", "bio", "Handyman: 2️⃣9️⃣1️⃣2️⃣3️⃣4️⃣5️⃣6️⃣", True),
        (
            "user",
            "bio",
            "Handyman since 2009, 48 m² and 10³ litres are no problem.",
            False,
        ),
        ("review", "content", "Good work, see ｖｅｉｋａｌｓ．ｌｖ", True),
    ],
}
