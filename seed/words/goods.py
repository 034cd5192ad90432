"""What is sold: the things of goods.csv, and sentences about each kind of them."""

import csv
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Thing:
    """A kind of listing. `about` names its sentences, `motif` its drawing."""

    category: str
    about: str
    motif: str
    lowest: int  # price in euros
    highest: int
    titles: tuple[str, str, str]  # Latvian, Russian, English


def _things() -> tuple[Thing, ...]:
    with (Path(__file__).parent / "goods.csv").open(encoding="utf-8") as file:
        return tuple(
            Thing(
                row["category"],
                row["about"],
                row["motif"],
                int(row["lowest"]),
                int(row["highest"]),
                (row["lv"], row["ru"], row["en"]),
            )
            for row in csv.DictReader(file)
        )


THINGS = _things()
ABOUT_GOODS = {
    "device": (
        (
            "Viss darbojas, lādētājs vai vads komplektā.",
            "Всё работает, зарядка или кабель в комплекте.",
            "Everything works, with its charger or cable.",
        ),
        (
            "Ir kaste un pirkuma čeks.",
            "Есть коробка и чек.",
            "I have the box and the receipt.",
        ),
    ),
    "appliance": (
        (
            "Pārdodu, jo pārvācamies.",
            "Продаю из-за переезда.",
            "Selling because we are moving.",
        ),
        (
            "Tīrs un darba kārtībā.",
            "Чисто и в рабочем состоянии.",
            "Clean and in working order.",
        ),
    ),
    "vehicle": (
        (
            "Regulāri apkopts, rūsas nav.",
            "Регулярное обслуживание, ржавчины нет.",
            "Serviced regularly, no rust.",
        ),
        (
            "Var apskatīt un izmēģināt vakaros.",
            "Осмотр и проба по вечерам.",
            "You can see and try it in the evenings.",
        ),
    ),
    "part": (
        (
            "Lietots divas sezonas.",
            "Использовалось два сезона.",
            "Used for two seasons.",
        ),
        (
            "Palīdzēšu uzlikt uz vietas.",
            "Помогу установить на месте.",
            "I can help you fit it here.",
        ),
    ),
    "rent": (
        (
            "Tuvu veikals, skola un pietura.",
            "Рядом магазин, школа и остановка.",
            "A shop, a school and a bus stop are close by.",
        ),
        (
            "Brīvs no nākamā mēneša.",
            "Свободно со следующего месяца.",
            "Free from next month.",
        ),
    ),
    "home": (
        (
            "Tuvu veikals, skola un pietura.",
            "Рядом магазин, школа и остановка.",
            "A shop, a school and a bus stop are close by.",
        ),
        (
            "Dokumenti kārtībā, pārdod īpašnieks.",
            "Документы в порядке, продаёт владелец.",
            "The papers are in order, sold by the owner.",
        ),
    ),
    "plot": (
        (
            "Piebraucamais ceļš visu gadu.",
            "Подъезд круглый год.",
            "A road leads to it all year.",
        ),
        (
            "Elektrība pie robežas.",
            "Электричество у границы участка.",
            "Electricity at the boundary.",
        ),
    ),
    "garage": (
        ("Sauss, ar apgaismojumu.", "Сухой, с освещением.", "Dry and lit."),
        ("Atslēgas uzreiz.", "Ключи сразу.", "Keys at once."),
    ),
    "furniture": (
        (
            "Nesmēķētāju mājās, mājdzīvnieku nav.",
            "Дом без курящих и без животных.",
            "From a home without smokers or pets.",
        ),
        (
            "Var palīdzēt iznest, ir lifts.",
            "Помогу вынести, есть лифт.",
            "I can help carry it out, there is a lift.",
        ),
    ),
    "clothes": (
        ("Vilkts dažas reizes.", "Надевали несколько раз.", "Worn a few times."),
        (
            "Var pielaikot uz vietas.",
            "Можно примерить на месте.",
            "You can try it on here.",
        ),
    ),
    "accessory": (
        (
            "Labi piestāv arī kā dāvana.",
            "Подойдёт и в подарок.",
            "It would make a good present too.",
        ),
        (
            "Glabāts rūpīgi, defektu nav.",
            "Хранилось бережно, дефектов нет.",
            "Kept with care, no flaws.",
        ),
    ),
    "sport": (
        (
            "Izmantots vienu sezonu.",
            "Использовалось один сезон.",
            "Used for one season.",
        ),
        (
            "Gatavs sezonai, nekas nav jāmaina.",
            "Готово к сезону, ничего менять не надо.",
            "Ready for the season, nothing to replace.",
        ),
    ),
    "child": (
        ("Mūsējie ir izauguši.", "Наши дети выросли.", "Ours have grown out of it."),
        (
            "Viss tīrs un pārbaudīts.",
            "Всё чистое и проверено.",
            "Everything is clean and checked.",
        ),
    ),
    "tool": (
        (
            "Darbojas bez aizķeršanās.",
            "Работает без нареканий.",
            "Runs without trouble.",
        ),
        (
            "Var izmēģināt uz vietas.",
            "Можно испытать на месте.",
            "You can try it here.",
        ),
    ),
    "household": (
        (
            "Bez plaisām un skrāpējumiem.",
            "Без трещин и царапин.",
            "No cracks or scratches.",
        ),
        ("Rūpīgi iesaiņošu.", "Тщательно упакую.", "I will pack it with care."),
    ),
    "music": (
        (
            "Jaunas stīgas, soma komplektā.",
            "Новые струны, чехол в комплекте.",
            "New strings, with a case.",
        ),
        (
            "Skan labi, var paspēlēt uz vietas.",
            "Звучит хорошо, можно сыграть на месте.",
            "Sounds good, you can play it here.",
        ),
    ),
    "plant": (
        (
            "Veselīgi un pieraduši pie ēnas.",
            "Здоровые, привыкли к тени.",
            "Healthy and used to shade.",
        ),
        (
            "Pastāstīšu, kā kopt.",
            "Расскажу, как ухаживать.",
            "I will tell you how to care for them.",
        ),
    ),
    "fuel": (
        (
            "Žāvēta zem jumta divus gadus.",
            "Сушились под крышей два года.",
            "Dried under a roof for two years.",
        ),
        ("Sazāģēta 30 cm gara.", "Напилены по 30 см.", "Cut to 30 cm."),
    ),
    "food": (
        ("Šīs vasaras raža.", "Урожай этого лета.", "This summer's harvest."),
        (
            "Burciņas varat atdot atpakaļ.",
            "Банки можно вернуть.",
            "You may return the jars.",
        ),
    ),
}
# What fits everything, and what fits property, which nobody sends by post.
MORE_ABOUT_GOODS = (
    (
        "Iespējama piegāde par papildu samaksu.",
        "Возможна доставка за доплату.",
        "Delivery is possible for a little extra.",
    ),
    (
        "Rakstiet ziņā, atbildu tajā pašā dienā.",
        "Пишите, отвечаю в тот же день.",
        "Write to me, I answer the same day.",
    ),
    (
        "Cena runājama, ja paņem uzreiz.",
        "Торг, если забрать сразу.",
        "Open to offers if you take it right away.",
    ),
    ("Maiņa neinteresē.", "Обмен не интересует.", "No swaps, please."),
    (
        "Vairāk bilžu atsūtīšu pēc pieprasījuma.",
        "Больше фото пришлю по запросу.",
        "I can send more pictures.",
    ),
    (
        "Saņemams pie manis vai pakomātā.",
        "Забрать у меня или в пакомате.",
        "Collect from me or from a parcel locker.",
    ),
)
MORE_ABOUT_PROPERTY = (
    (
        "Rakstiet ziņā, atbildu tajā pašā dienā.",
        "Пишите, отвечаю в тот же день.",
        "Write to me, I answer the same day.",
    ),
    (
        "Vairāk bilžu atsūtīšu pēc pieprasījuma.",
        "Больше фото пришлю по запросу.",
        "I can send more pictures.",
    ),
    ("Apskate pēc vienošanās.", "Осмотр по договорённости.", "Viewing by arrangement."),
)
CONDITIONS = ("new", "like_new", "used", "used", "used", "refurbished")
