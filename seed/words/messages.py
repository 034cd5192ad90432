"""Dialogues about a task. The worker begins; the messages alternate."""

DIALOGUES = (
    (
        (
            "Labdien! Vai darbs vēl aktuāls?",
            "Здравствуйте! Работа ещё актуальна?",
            "Hello! Is the job still open?",
        ),
        (
            "Jā, vēl ir. Kad jums būtu laiks?",
            "Да, ещё да. Когда вам было бы удобно?",
            "Yes, it is. When would suit you?",
        ),
        (
            "Rīt pēc sešiem vakarā.",
            "Завтра после шести вечера.",
            "Tomorrow after six.",
        ),
        (
            "Der. Adresi redzēsiet uzdevumā.",
            "Подходит. Адрес увидите в задании.",
            "That works. You will see the address in the task.",
        ),
    ),
    (
        (
            "Sveiki! Vai jums ir savi darbarīki?",
            "Привет! Есть ли у вас свои инструменты?",
            "Hi! Do you have tools of your own?",
        ),
        (
            "Ir tikai pats vienkāršākais.",
            "Только самое простое.",
            "Only the most basic ones.",
        ),
        (
            "Tad paņemšu savus.",
            "Тогда возьму свои.",
            "Then I will bring mine.",
        ),
    ),
    (
        (
            "Labdien, varu paspēt jau šodien.",
            "Добрый день, могу успеть уже сегодня.",
            "Good day, I could make it today already.",
        ),
        ("Lieliski, gaidīšu!", "Отлично, буду ждать!", "Great, see you then!"),
        (
            "Būšu ap četriem. Kur var novietot auto?",
            "Буду около четырёх. Где можно поставить машину?",
            "I will be there around four. Where can I park?",
        ),
        (
            "Pagalmā, vārti būs vaļā.",
            "Во дворе, ворота будут открыты.",
            "In the yard, the gate will be open.",
        ),
        ("Paldies!", "Спасибо!", "Thank you!"),
    ),
    (
        (
            "Sveiki, cik ilgi tas varētu aizņemt?",
            "Привет, сколько времени это может занять?",
            "Hi, how long might it take?",
        ),
        (
            "Domāju, kādas divas stundas.",
            "Думаю, часа два.",
            "About two hours, I think.",
        ),
    ),
)
