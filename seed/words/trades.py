"""Offerings by category: lowest and highest hourly price in euros, then titles."""

TRADES = {
    "cleaning": (
        9,
        20,
        "Dzīvokļu un biroju uzkopšana",
        "Уборка квартир и офисов",
        "Cleaning of flats and offices",
    ),
    "moving": (
        15,
        40,
        "Pārvākšanās ar busiņu un krāvējiem",
        "Переезд с микроавтобусом и грузчиками",
        "Moving with a van and two people",
    ),
    "assembly": (12, 28, "Mēbeļu montāža", "Сборка мебели", "Furniture assembly"),
    "repair": (
        15,
        35,
        "Sīkie remontdarbi mājās",
        "Мелкий ремонт на дому",
        "Small repairs at home",
    ),
    "plumbing": (
        20,
        45,
        "Santehniķis ar izsaukumu",
        "Сантехник с выездом",
        "Plumber, comes to you",
    ),
    "electrical": (
        20,
        45,
        "Sertificēts elektriķis",
        "Электрик с сертификатом",
        "Certified electrician",
    ),
    "painting": (
        14,
        30,
        "Krāsošana un tapetēšana",
        "Покраска и поклейка обоев",
        "Painting and wallpapering",
    ),
    "outdoor": (
        10,
        25,
        "Dārza kopšana un koku zāģēšana",
        "Уход за садом и спил деревьев",
        "Garden care and tree cutting",
    ),
    "car-wash": (
        12,
        30,
        "Auto ķīmiskā tīrīšana",
        "Химчистка автомобиля",
        "Deep cleaning of cars",
    ),
    "snow-removal": (
        12,
        30,
        "Sniega tīrīšana sezonai",
        "Уборка снега на сезон",
        "Snow removal for the season",
    ),
    "pet-care": (
        6,
        15,
        "Suņu pastaigas un pieskatīšana",
        "Выгул и передержка собак",
        "Dog walking and sitting",
    ),
    "babysitting": (
        7,
        15,
        "Auklīte ar pieredzi",
        "Няня с опытом",
        "Experienced babysitter",
    ),
    "elderly-care": (
        8,
        18,
        "Senioru aprūpe mājās",
        "Уход за пожилыми на дому",
        "Care for the elderly at home",
    ),
    "delivery": (
        8,
        22,
        "Piegāde pilsētā un novadā",
        "Доставка по городу и краю",
        "Delivery in town and around",
    ),
    "shopping": (
        7,
        15,
        "Iepirkšos jūsu vietā",
        "Куплю и привезу за вас",
        "I shop for you",
    ),
    "errands": (
        7,
        15,
        "Palīdzība ikdienas darbos",
        "Помощь в повседневных делах",
        "Help with everyday errands",
    ),
    "tutoring": (
        12,
        30,
        "Matemātikas un fizikas privātstundas",
        "Репетитор по математике и физике",
        "Private lessons in mathematics and physics",
    ),
    "tech-help": (
        15,
        35,
        "Datoru apkope un iestatīšana",
        "Обслуживание и настройка компьютеров",
        "Computer set-up and repair",
    ),
    "photography": (
        30,
        80,
        "Fotogrāfs ģimenēm un pasākumiem",
        "Фотограф для семей и мероприятий",
        "Photographer for families and events",
    ),
    "translation": (
        12,
        30,
        "Tulkojumi latviski, krieviski, angliski",
        "Переводы: латышский, русский, английский",
        "Translation between Latvian, Russian and English",
    ),
    "events": (
        20,
        60,
        "Pasākumu rīkošana un vadīšana",
        "Организация и ведение мероприятий",
        "Planning and hosting of events",
    ),
    "music": (
        15,
        45,
        "Ģitāras stundas iesācējiem",
        "Уроки гитары для начинающих",
        "Guitar lessons for beginners",
    ),
    "fitness": (
        15,
        40,
        "Personīgais treneris",
        "Персональный тренер",
        "Personal trainer",
    ),
    "beauty": (
        12,
        35,
        "Frizieris ar izbraukumu",
        "Парикмахер с выездом",
        "Hairdresser, comes to you",
    ),
    "other": (
        8,
        25,
        "Palīdzēšu, kur vajag",
        "Помогу, где нужно",
        "A helping hand where needed",
    ),
}
ABOUT_TRADES = (
    (
        "Strādāju kārtīgi un laikā.",
        "Работаю аккуратно и в срок.",
        "Careful work, on time.",
    ),
    (
        "Savi instrumenti un materiāli.",
        "Свои инструменты и материалы.",
        "My own tools and materials.",
    ),
    (
        "Pirmā apskate bez maksas.",
        "Первый осмотр бесплатно.",
        "The first look is free.",
    ),
    ("Izrakstu rēķinu.", "Выписываю счёт.", "I give an invoice."),
    (
        "Runāju latviski, krieviski un angliski.",
        "Говорю по-латышски, по-русски и по-английски.",
        "I speak Latvian, Russian and English.",
    ),
    (
        "Pastāvīgiem klientiem atlaide.",
        "Постоянным клиентам скидка.",
        "A discount for regular clients.",
    ),
    (
        "Izbraucu arī ārpus pilsētas.",
        "Выезжаю и за город.",
        "I also come outside the town.",
    ),
)
AVAILABILITY = (
    ("Darba dienās 9–18", "По будням 9–18", "Weekdays 9–18"),
    ("Vakaros un brīvdienās", "По вечерам и выходным", "Evenings and weekends"),
    ("Katru dienu", "Каждый день", "Every day"),
    ("Pēc vienošanās", "По договорённости", "By arrangement"),
)
EXPERIENCE = (
    ("Pieredze 5 gadi", "Опыт 5 лет", "5 years of experience"),
    ("Pieredze 10 gadi", "Опыт 10 лет", "10 years of experience"),
    ("Mācījos arodskolā", "Учился в профтехшколе", "Trained at a vocational school"),
    ("", "", ""),
)
BIOS = (
    (
        "Palīdzu kaimiņiem, kad ir laiks.",
        "Помогаю соседям, когда есть время.",
        "I help neighbours when I have time.",
    ),
    (
        "Pārdodu to, kas mājās vairs nav vajadzīgs.",
        "Продаю то, что дома больше не нужно.",
        "I sell what we no longer need.",
    ),
    (
        "Dzīvoju šeit visu mūžu.",
        "Живу здесь всю жизнь.",
        "I have lived here all my life.",
    ),
    ("", "", ""),
)
REMARKS = {  # stars: what is said with them
    5: (
        (
            "Ātri un kārtīgi, iesaku!",
            "Быстро и аккуратно, рекомендую!",
            "Quick and careful, recommended!",
        ),
        (
            "Lieliski, vērsīšos vēl.",
            "Отлично, обращусь ещё.",
            "Excellent, I will ask again.",
        ),
        (
            "Patīkama sadarbība no sākuma līdz galam.",
            "Приятно иметь дело от начала до конца.",
            "A pleasure from beginning to end.",
        ),
        ("", "", ""),
    ),
    4: (
        (
            "Labi, mazliet nokavēja.",
            "Хорошо, немного опоздали.",
            "Good, only a little late.",
        ),
        (
            "Viss kārtībā, paldies.",
            "Всё в порядке, спасибо.",
            "All in order, thank you.",
        ),
    ),
    3: (
        (
            "Normāli, bet gaidīju vairāk.",
            "Нормально, но ждали большего.",
            "All right, but I had expected more.",
        ),
        ("Sazināties nebija viegli.", "Было трудно связаться.", "Hard to reach."),
    ),
    2: (
        (
            "Nācās atgādināt vairākas reizes.",
            "Пришлось несколько раз напоминать.",
            "I had to remind them several times.",
        ),
    ),
    1: (
        (
            "Neatnāca un nebrīdināja.",
            "Не пришли и не предупредили.",
            "Did not come and gave no notice.",
        ),
    ),
}
