"""Sentences about tasks, of applicants, and of disputes, in three languages."""

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
