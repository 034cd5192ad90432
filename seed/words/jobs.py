"""Tasks by category: lowest and highest budget in euros, titles in three languages."""

JOBS = {
    "cleaning": (
        (
            35,
            90,
            "Uzkopt divistabu dzīvokli",
            "Убрать двухкомнатную квартиру",
            "Clean a two-room flat",
        ),
        (25, 70, "Nomazgāt logus", "Помыть окна", "Wash the windows"),
        (
            60,
            180,
            "Iztīrīt dzīvokli pēc remonta",
            "Уборка квартиры после ремонта",
            "Clean a flat after renovation",
        ),
    ),
    "moving": (
        (
            50,
            160,
            "Pārvest mēbeles uz citu dzīvokli",
            "Перевезти мебель в другую квартиру",
            "Move furniture to another flat",
        ),
        (
            20,
            60,
            "Iznest dīvānu no piektā stāva",
            "Вынести диван с пятого этажа",
            "Carry a sofa down from the fifth floor",
        ),
    ),
    "assembly": (
        (25, 80, "Salikt skapi", "Собрать шкаф", "Assemble a wardrobe"),
        (
            20,
            60,
            "Salikt gultu un kumodi",
            "Собрать кровать и комод",
            "Put together a bed and a chest of drawers",
        ),
    ),
    "repair": (
        (
            30,
            120,
            "Salabot balkona durvis",
            "Починить балконную дверь",
            "Repair a balcony door",
        ),
        (
            40,
            200,
            "Nolīmēt flīzes virtuvē",
            "Положить плитку на кухне",
            "Lay tiles in the kitchen",
        ),
        (
            25,
            80,
            "Piekārt plauktus un gleznas",
            "Повесить полки и картины",
            "Hang shelves and pictures",
        ),
    ),
    "plumbing": (
        (
            30,
            90,
            "Pil krāns vannas istabā",
            "Капает кран в ванной",
            "A bathroom tap is dripping",
        ),
        (
            40,
            130,
            "Pieslēgt trauku mazgājamo mašīnu",
            "Подключить посудомоечную машину",
            "Connect a dishwasher",
        ),
    ),
    "electrical": (
        (25, 80, "Pieslēgt lustru", "Подключить люстру", "Connect a ceiling lamp"),
        (
            40,
            150,
            "Ierīkot divas rozetes",
            "Установить две розетки",
            "Put in two sockets",
        ),
    ),
    "painting": (
        (
            80,
            300,
            "Nokrāsot vienas istabas sienas",
            "Покрасить стены в комнате",
            "Paint the walls of one room",
        ),
        (60, 220, "Nokrāsot sētu", "Покрасить забор", "Paint a fence"),
    ),
    "outdoor": (
        (25, 80, "Nopļaut zāli", "Покосить траву", "Mow the lawn"),
        (
            30,
            110,
            "Sagrābt lapas un aizvest",
            "Собрать и вывезти листья",
            "Rake the leaves and take them away",
        ),
        (
            50,
            180,
            "Sazāģēt un saskaldīt malku",
            "Распилить и наколоть дрова",
            "Saw and split firewood",
        ),
    ),
    "car-wash": (
        (
            15,
            50,
            "Iztīrīt auto salonu",
            "Почистить салон автомобиля",
            "Clean a car inside",
        ),
        (
            15,
            40,
            "Nomazgāt auto pie mājas",
            "Помыть машину у дома",
            "Wash a car at home",
        ),
    ),
    "snow-removal": (
        (
            15,
            60,
            "Notīrīt sniegu no piebraucamā ceļa",
            "Убрать снег с подъезда",
            "Clear the snow from a driveway",
        ),
        (
            30,
            120,
            "Notīrīt sniegu no jumta",
            "Убрать снег с крыши",
            "Clear the snow from a roof",
        ),
    ),
    "pet-care": (
        (8, 25, "Pastaigāties ar suni", "Погулять с собакой", "Walk a dog"),
        (
            30,
            90,
            "Pieskatīt kaķi nedēļu",
            "Присмотреть за кошкой неделю",
            "Look after a cat for a week",
        ),
    ),
    "babysitting": (
        (
            20,
            60,
            "Pieskatīt bērnu vakarā",
            "Посидеть с ребёнком вечером",
            "Look after a child in the evening",
        ),
        (
            15,
            40,
            "Atvest bērnu no bērnudārza",
            "Забрать ребёнка из садика",
            "Fetch a child from kindergarten",
        ),
    ),
    "elderly-care": (
        (
            20,
            60,
            "Pavadīt senioru pie ārsta",
            "Проводить пожилого человека к врачу",
            "Accompany an elderly person to the doctor",
        ),
        (
            15,
            50,
            "Palīdzēt vecmāmiņai mājās",
            "Помочь бабушке по дому",
            "Help my grandmother at home",
        ),
    ),
    "delivery": (
        (
            10,
            40,
            "Atvest paku no pakomāta",
            "Привезти посылку из пакомата",
            "Bring a parcel from a locker",
        ),
        (
            25,
            90,
            "Aizvest veļas mašīnu",
            "Отвезти стиральную машину",
            "Deliver a washing machine",
        ),
    ),
    "shopping": (
        (
            10,
            30,
            "Iepirkt produktus nedēļai",
            "Купить продукты на неделю",
            "Buy groceries for a week",
        ),
        (
            10,
            35,
            "Nopirkt un atvest būvmateriālus",
            "Купить и привезти стройматериалы",
            "Buy and bring building materials",
        ),
    ),
    "errands": (
        (
            8,
            30,
            "Pastāvēt rindā un nodot dokumentus",
            "Постоять в очереди и сдать документы",
            "Queue and hand in documents",
        ),
        (
            10,
            35,
            "Izdrukāt un atvest papīrus",
            "Распечатать и привезти бумаги",
            "Print and bring some papers",
        ),
    ),
    "tutoring": (
        (
            12,
            35,
            "Matemātika 9. klasei",
            "Математика для 9 класса",
            "Mathematics for year 9",
        ),
        (
            15,
            40,
            "Latviešu valoda iesācējam",
            "Латышский язык с нуля",
            "Latvian for a beginner",
        ),
    ),
    "tech-help": (
        (20, 60, "Uzstādīt maršrutētāju", "Настроить роутер", "Set up a router"),
        (
            25,
            80,
            "Dators darbojas lēni",
            "Компьютер работает медленно",
            "A computer has become slow",
        ),
    ),
    "photography": (
        (
            50,
            200,
            "Nofotografēt bērnu svētkus",
            "Снять детский праздник",
            "Photograph a children's party",
        ),
        (
            30,
            100,
            "Bildes sludinājumam par dzīvokli",
            "Фото квартиры для объявления",
            "Pictures of a flat for an advertisement",
        ),
    ),
    "translation": (
        (
            15,
            70,
            "Pārtulkot līgumu angliski",
            "Перевести договор на английский",
            "Translate a contract into English",
        ),
        (
            10,
            45,
            "Pārtulkot vēstuli no vācu valodas",
            "Перевести письмо с немецкого",
            "Translate a letter from German",
        ),
    ),
    "events": (
        (
            60,
            250,
            "Palīgs kāzu galda klāšanā",
            "Помощник на свадебный банкет",
            "A hand with a wedding table",
        ),
        (
            40,
            150,
            "Vadīt jubilejas spēles",
            "Провести игры на юбилее",
            "Lead the games at a birthday",
        ),
    ),
    "music": (
        (
            50,
            220,
            "Muzikants dzimšanas dienai",
            "Музыкант на день рождения",
            "A musician for a birthday",
        ),
        (20, 70, "Uzskaņot klavieres", "Настроить пианино", "Tune a piano"),
    ),
    "fitness": (
        (
            15,
            45,
            "Treniņu plāns iesācējam",
            "План тренировок для новичка",
            "A training plan for a beginner",
        ),
        (
            10,
            30,
            "Skriešanas partneris rītos",
            "Напарник для утренних пробежек",
            "A running partner for mornings",
        ),
    ),
    "beauty": (
        (
            20,
            60,
            "Svētku frizūra mājās",
            "Праздничная причёска на дому",
            "Hair for a party, at home",
        ),
        (15, 45, "Manikīrs mājās", "Маникюр на дому", "A manicure at home"),
    ),
    "other": (
        (
            10,
            50,
            "Vajadzīga palīdzība uz pāris stundām",
            "Нужна помощь на пару часов",
            "A hand needed for a few hours",
        ),
        (15, 60, "Iztukšot pagrabu", "Разобрать подвал", "Empty a cellar"),
    ),
}
ABOUT_JOBS = (  # any job
    (
        "Vislabāk brīvdienās no rīta.",
        "Лучше утром в выходные.",
        "Best on a weekend morning.",
    ),
    ("Laiks pēc vienošanās.", "Время по договорённости.", "The time is up to you."),
    (
        "Samaksa uzreiz pēc darba.",
        "Оплата сразу после работы.",
        "Paid right after the work.",
    ),
    (
        "Lūdzu, uzrakstiet par savu pieredzi.",
        "Напишите, пожалуйста, о своём опыте.",
        "Please write a few words about your experience.",
    ),
)
ABOUT_WORK_AT_HOME = (  # jobs with tools, in a building
    ("Darbs apmēram divām stundām.", "Работы часа на два.", "About two hours of work."),
    ("Instrumenti ir uz vietas.", "Инструменты есть на месте.", "The tools are here."),
    (
        "Instrumenti jāņem līdzi.",
        "Инструменты нужны свои.",
        "Please bring your own tools.",
    ),
    (
        "Auto var novietot pagalmā.",
        "Машину можно поставить во дворе.",
        "You can park in the yard.",
    ),
    ("Trešais stāvs, lifta nav.", "Третий этаж, без лифта.", "Third floor, no lift."),
)
AT_HOME = frozenset(
    {"cleaning", "assembly", "repair", "plumbing", "electrical", "painting"}
)


def fitting(category: str) -> tuple:
    """Return the sentences that fit a job of `category`."""
    return ABOUT_JOBS + (ABOUT_WORK_AT_HOME if category in AT_HOME else ())


APPLYING = (
    ("Varu jau rīt.", "Могу уже завтра.", "I can come tomorrow."),
    (
        "Esmu to darījis daudzreiz, instrumenti ir.",
        "Делал это много раз, инструменты есть.",
        "I have done this many times and have the tools.",
    ),
    (
        "Dzīvoju netālu, derēs jebkurš vakars.",
        "Живу рядом, подойдёт любой вечер.",
        "I live nearby, any evening suits me.",
    ),
    (
        "Labprāt palīdzēšu. Vai var apskatīt vispirms?",
        "С радостью помогу. Можно сначала посмотреть?",
        "Glad to help. May I have a look first?",
    ),
    ("", "", ""),
)
DISPUTES = (
    ("Darbs nav pabeigts.", "Работа не закончена.", "The work is not finished."),
    ("Norunāts bija citādi.", "Договаривались иначе.", "This is not what we agreed."),
    (
        "Viena daļa jāpārtaisa.",
        "Часть нужно переделать.",
        "Part of it has to be done again.",
    ),
)
