"""The reason texts that a new installation begins with; staff change them."""

from collections.abc import Iterator
from typing import Any

from core.db.defaults import Defaults

# Name, category, ground, law or clause, and the text in English, Latvian and Russian.
TEXTS = (
    (
        "Scam: money first",
        "scam",
        "illegal",
        "Criminal Law, Section 177",
        "The post asks for money before the thing can be seen, or promises what "
        "does not exist. This is fraud.",
        "Sludinājumā prasīta nauda, pirms preci var apskatīt, vai solīts tas, "
        "kā nav. Tā ir krāpšana.",
        "В объявлении просят деньги до осмотра или обещают то, чего нет. Это "
        "мошенничество.",
    ),
    (
        "Spam",
        "spam",
        "terms",
        "Terms, 4.1",
        "The post advertises something else, or the same text was sent to many people.",
        "Ierakstā reklamēts kas cits, vai viens un tas pats teksts nosūtīts daudziem.",
        "Публикация рекламирует постороннее, или один и тот же текст отправлен многим.",
    ),
    (
        "Posted several times",
        "duplicate",
        "terms",
        "Terms, 4.2",
        "The same thing is posted more than once. One post is enough; the "
        "others are hidden.",
        "Viens un tas pats publicēts vairākas reizes. Pietiek ar vienu "
        "sludinājumu; pārējie ir paslēpti.",
        "Одно и то же опубликовано несколько раз. Достаточно одного объявления, "
        "остальные скрыты.",
    ),
    (
        "Misleading",
        "misleading",
        "terms",
        "Terms, 4.3",
        "The description, the price or the pictures do not fit what is offered.",
        "Apraksts, cena vai attēli neatbilst piedāvātajam.",
        "Описание, цена или изображения не соответствуют предложению.",
    ),
    (
        "Fake account",
        "fake_account",
        "terms",
        "Terms, 2.1",
        "The account says to be of somebody else.",
        "Konts izliekas par cita cilvēka kontu.",
        "Учётная запись выдаёт себя за чужую.",
    ),
    (
        "Prohibited goods",
        "prohibited",
        "illegal",
        "Terms, 3.1",
        "Goods or services of this kind may not be offered here.",
        "Šādas preces vai pakalpojumus šeit nedrīkst piedāvāt.",
        "Такие товары или услуги здесь предлагать нельзя.",
    ),
    (
        "Unsafe product",
        "unsafe",
        "illegal",
        "Regulation (EU) 2023/988",
        "The product is listed as unsafe, or lacks what makes it safe.",
        "Prece atzīta par nedrošu, vai tai trūkst drošībai vajadzīgā.",
        "Товар признан опасным или не имеет того, что нужно для безопасности.",
    ),
    (
        "Sexual content",
        "adult",
        "terms",
        "Terms, 3.2",
        "The post has sexual content, which is not allowed here.",
        "Ierakstā ir seksuāls saturs, kas šeit nav atļauts.",
        "Публикация содержит сексуальные материалы, которые здесь не разрешены.",
    ),
    (
        "Insults",
        "harassment",
        "terms",
        "Terms, 4.5",
        "The words insult or threaten another person.",
        "Vārdi aizskar otru cilvēku vai draud viņam.",
        "Слова оскорбляют другого человека или угрожают ему.",
    ),
    (
        "Hatred",
        "hate",
        "illegal",
        "Criminal Law, Section 150",
        "The words call for hatred against a group of people.",
        "Vārdi aicina uz naidu pret cilvēku grupu.",
        "Слова призывают к ненависти к группе людей.",
    ),
    (
        "Private data",
        "privacy",
        "illegal",
        "Regulation (EU) 2016/679",
        "The post shows private data of somebody who has not agreed to it.",
        "Ierakstā redzami cita cilvēka personas dati bez viņa piekrišanas.",
        "Публикация показывает личные данные человека без его согласия.",
    ),
    (
        "Rights of others",
        "intellectual_property",
        "illegal",
        "Copyright Law",
        "The pictures or the name belong to somebody who has not agreed to their use.",
        "Attēli vai nosaukums pieder kādam, kas nav atļāvis tos izmantot.",
        "Изображения или название принадлежат тому, кто не разрешал их использовать.",
    ),
    (
        "Against the rules",
        "other",
        "terms",
        "Terms",
        "The post is against our rules.",
        "Ieraksts neatbilst mūsu noteikumiem.",
        "Публикация нарушает наши правила.",
    ),
)
FIELDS = ("name", "category", "ground", "basis", "text_en", "text_lv", "text_ru")


def rows() -> Iterator[dict[str, Any]]:
    """Return the columns of each text."""
    for row in TEXTS:
        yield dict(zip(FIELDS, row, strict=True))


REASONS = Defaults("moderation", "ReasonTemplate", rows)
create = REASONS.create  # for the migration
