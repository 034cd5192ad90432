"""Listings by category: lowest and highest price in euros, then titles."""

GOODS = {
    "electronics": (
        (90, 420, "Viedtālrunis 128 GB", "Смартфон 128 ГБ", "Smartphone, 128 GB"),
        (180, 750, "Klēpjdators 15 collas", "Ноутбук 15 дюймов", "Laptop, 15 inch"),
        (30, 160, "Bezvadu austiņas", "Беспроводные наушники", "Wireless headphones"),
        (60, 320, "Monitors 27 collas", "Монитор 27 дюймов", "27-inch monitor"),
        (
            120,
            480,
            "Spēļu konsole ar diviem pultiem",
            "Игровая приставка с двумя геймпадами",
            "Game console with two controllers",
        ),
        (
            70,
            350,
            "Fotoaparāts ar objektīvu",
            "Фотоаппарат с объективом",
            "Camera with a lens",
        ),
        (80, 380, "Planšete ar pildspalvu", "Планшет со стилусом", "Tablet with a pen"),
        (100, 550, "Televizors 50 collas", "Телевизор 50 дюймов", "50-inch television"),
    ),
    "vehicles": (
        (
            1800,
            9500,
            "Universālis, dīzelis, skate vēl gadu",
            "Универсал, дизель, техосмотр ещё на год",
            "Estate car, diesel, inspected for a year",
        ),
        (
            900,
            4500,
            "Pilsētas auto, benzīns",
            "Городской автомобиль, бензин",
            "City car, petrol",
        ),
        (600, 3200, "Motorollers 50 cm³", "Скутер 50 см³", "Scooter, 50 cc"),
        (
            80,
            320,
            "Ziemas riepas R16, četras",
            "Зимние шины R16, четыре штуки",
            "Winter tyres R16, set of four",
        ),
        (
            350,
            1400,
            "Vieglā automašīnas piekabe",
            "Прицеп для легкового автомобиля",
            "Light car trailer",
        ),
        (60, 180, "Jumta bagāžnieks", "Багажник на крышу", "Roof rack"),
        (1200, 5200, "Motocikls 650 cm³", "Мотоцикл 650 см³", "Motorcycle, 650 cc"),
    ),
    "property": (
        (
            280,
            750,
            "Izīrē divistabu dzīvokli",
            "Сдаётся двухкомнатная квартира",
            "Two-room flat to rent",
        ),
        (
            180,
            420,
            "Izīrē istabu studentam",
            "Сдаётся комната студенту",
            "Room to rent for a student",
        ),
        (
            38000,
            145000,
            "Pārdod trīsistabu dzīvokli",
            "Продаётся трёхкомнатная квартира",
            "Three-room flat for sale",
        ),
        (
            12000,
            60000,
            "Apbūves gabals pie meža",
            "Участок под застройку у леса",
            "Building plot by the forest",
        ),
        (
            65000,
            240000,
            "Ģimenes māja ar dārzu",
            "Семейный дом с садом",
            "Family house with a garden",
        ),
        (40, 110, "Izīrē garāžu", "Сдаётся гараж", "Garage to rent"),
    ),
    "furniture": (
        (80, 420, "Stūra dīvāns", "Угловой диван", "Corner sofa"),
        (60, 320, "Ozolkoka ēdamgalds", "Обеденный стол из дуба", "Oak dining table"),
        (30, 140, "Grāmatplaukts", "Книжный шкаф", "Bookshelf"),
        (
            90,
            380,
            "Gulta 160 × 200 ar matraci",
            "Кровать 160 × 200 с матрасом",
            "Bed 160 × 200 with a mattress",
        ),
        (25, 120, "Rakstāmgalds", "Письменный стол", "Desk"),
        (
            40,
            180,
            "Četri virtuves krēsli",
            "Четыре кухонных стула",
            "Four kitchen chairs",
        ),
        (70, 350, "Skapis ar spoguli", "Шкаф с зеркалом", "Wardrobe with a mirror"),
        (20, 90, "Atpūtas krēsls", "Кресло", "Armchair"),
    ),
    "clothing": (
        (
            20,
            90,
            "Ziemas jaka, M izmērs",
            "Зимняя куртка, размер M",
            "Winter jacket, size M",
        ),
        (10, 45, "Džinsi 32/32", "Джинсы 32/32", "Jeans 32/32"),
        (15, 70, "Vilnas džemperis", "Шерстяной свитер", "Woollen jumper"),
        (
            20,
            110,
            "Ādas zābaki, 39. izmērs",
            "Кожаные сапоги, размер 39",
            "Leather boots, size 39",
        ),
        (30, 150, "Uzvalks, 50. izmērs", "Костюм, размер 50", "Suit, size 50"),
    ),
    "fashion": (
        (15, 80, "Linu kleita", "Льняное платье", "Linen dress"),
        (25, 160, "Ādas soma", "Кожаная сумка", "Leather bag"),
        (
            30,
            220,
            "Sudraba rotu komplekts",
            "Серебряный набор украшений",
            "Silver jewellery set",
        ),
        (20, 180, "Rokas pulkstenis", "Наручные часы", "Wristwatch"),
        (8, 40, "Zīda šalle", "Шёлковый шарф", "Silk scarf"),
    ),
    "home": (
        (
            60,
            290,
            "Veļas mašīna 7 kg",
            "Стиральная машина 7 кг",
            "Washing machine, 7 kg",
        ),
        (
            80,
            350,
            "Ledusskapis ar saldētavu",
            "Холодильник с морозильником",
            "Fridge with a freezer",
        ),
        (25, 140, "Putekļsūcējs", "Пылесос", "Vacuum cleaner"),
        (30, 190, "Kafijas automāts", "Кофемашина", "Coffee machine"),
        (15, 80, "Paklājs 2 × 3 m", "Ковёр 2 × 3 м", "Carpet, 2 × 3 m"),
        (10, 60, "Galda lampa", "Настольная лампа", "Table lamp"),
        (35, 160, "Zāles pļāvējs", "Газонокосилка", "Lawn mower"),
        (
            12,
            55,
            "Māla trauku komplekts",
            "Набор глиняной посуды",
            "Set of clay dishes",
        ),
    ),
    "sports": (
        (
            80,
            480,
            "Kalnu velosipēds, 29 collu riteņi",
            "Горный велосипед, колёса 29 дюймов",
            "Mountain bike, 29-inch wheels",
        ),
        (
            40,
            220,
            "Distanču slēpes ar zābakiem",
            "Беговые лыжи с ботинками",
            "Cross-country skis with boots",
        ),
        (30, 150, "Hanteļu komplekts", "Набор гантелей", "Set of dumbbells"),
        (50, 260, "Telts četrām personām", "Палатка на четверых", "Tent for four"),
        (
            120,
            520,
            "SUP dēlis ar airi",
            "Доска SUP с веслом",
            "Paddle board with a paddle",
        ),
        (
            15,
            75,
            "Hokeja slidas, 43. izmērs",
            "Хоккейные коньки, размер 43",
            "Hockey skates, size 43",
        ),
        (60, 320, "Skrejceļš", "Беговая дорожка", "Treadmill"),
    ),
    "kids": (
        (
            60,
            320,
            "Bērnu rati trīs vienā",
            "Детская коляска три в одном",
            "Three-in-one pram",
        ),
        (
            25,
            110,
            "Autokrēsliņš 9–36 kg",
            "Автокресло 9–36 кг",
            "Child car seat, 9–36 kg",
        ),
        (15, 75, "Klucīšu kaste", "Ящик конструктора", "Box of building bricks"),
        (
            30,
            130,
            "Bērnu velosipēds, 16 collas",
            "Детский велосипед, 16 дюймов",
            "Child's bicycle, 16 inch",
        ),
        (20, 120, "Bērnu gultiņa", "Детская кроватка", "Cot"),
        (
            5,
            30,
            "Bilžu grāmatas, desmit",
            "Книжки с картинками, десять штук",
            "Ten picture books",
        ),
    ),
    "other": (
        (20, 120, "Akustiskā ģitāra", "Акустическая гитара", "Acoustic guitar"),
        (
            10,
            60,
            "Istabas augi podos",
            "Комнатные растения в горшках",
            "House plants in pots",
        ),
        (
            30,
            70,
            "Sausa malka, viens kubs",
            "Сухие дрова, один куб",
            "Dry firewood, one cubic metre",
        ),
        (15, 90, "Akvārijs ar filtru", "Аквариум с фильтром", "Aquarium with a filter"),
        (
            5,
            25,
            "Medus no pašu dravas, 1 kg",
            "Мёд со своей пасеки, 1 кг",
            "Honey from our own hives, 1 kg",
        ),
        (40, 160, "Urbjmašīna ar uzgaļiem", "Дрель с насадками", "Drill with bits"),
    ),
}

ABOUT_GOODS = {
    "electronics": (
        (
            "Viss darbojas, lādētājs komplektā.",
            "Всё работает, зарядка в комплекте.",
            "Everything works, the charger is included.",
        ),
        (
            "Ir kaste un pirkuma čeks.",
            "Есть коробка и чек.",
            "I have the box and the receipt.",
        ),
    ),
    "vehicles": (
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
    "property": (
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
    "clothing": (
        ("Vilkts dažas reizes.", "Надевали несколько раз.", "Worn a few times."),
        (
            "Var pielaikot uz vietas.",
            "Можно примерить на месте.",
            "You can try it on here.",
        ),
    ),
    "fashion": (
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
    "home": (
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
    "sports": (
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
    "kids": (
        ("Mūsējie ir izauguši.", "Наши дети выросли.", "Ours have grown out of it."),
        (
            "Viss izmazgāts un pārbaudīts.",
            "Всё вымыто и проверено.",
            "Everything is washed and checked.",
        ),
    ),
    "other": (
        (
            "Labs stāvoklis, skatāms jebkurā dienā.",
            "Хорошее состояние, смотреть в любой день.",
            "In good condition, come and see any day.",
        ),
        (
            "Atdošu lētāk, ja paņems šonedēļ.",
            "Отдам дешевле, если на этой неделе.",
            "Cheaper if you collect it this week.",
        ),
    ),
}
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
CONDITIONS = ("new", "like_new", "used", "used", "used", "refurbished")
