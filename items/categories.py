"""The known categories of each type of item, with their names.

What people post carries one of them. `slug: (Latvian, Russian, English)`.
"""

TASK_CATEGORIES = {
    "cleaning": ("Uzkopšana", "Уборка", "Cleaning"),
    "moving": ("Pārvākšanās", "Переезд", "Moving"),
    "assembly": ("Mēbeļu montāža", "Сборка мебели", "Assembly"),
    "repair": ("Remonts", "Ремонт", "Repair"),
    "plumbing": ("Santehnika", "Сантехника", "Plumbing"),
    "electrical": ("Elektrība", "Электрика", "Electrical"),
    "painting": ("Krāsošana", "Покраска", "Painting"),
    "outdoor": ("Dārza darbi", "Работы в саду", "Outdoor"),
    "car-wash": ("Auto mazgāšana", "Мойка авто", "Car wash"),
    "snow-removal": ("Sniega tīrīšana", "Уборка снега", "Snow removal"),
    "pet-care": ("Mājdzīvnieku aprūpe", "Уход за питомцами", "Pet care"),
    "babysitting": ("Bērnu pieskatīšana", "Присмотр за детьми", "Babysitting"),
    "elderly-care": ("Senioru aprūpe", "Уход за пожилыми", "Elderly care"),
    "delivery": ("Piegāde", "Доставка", "Delivery"),
    "shopping": ("Iepirkšanās", "Покупки", "Shopping"),
    "errands": ("Sīki darbi", "Поручения", "Errands"),
    "tutoring": ("Privātstundas", "Репетиторство", "Tutoring"),
    "tech-help": ("Datorpalīdzība", "Компьютерная помощь", "Tech help"),
    "photography": ("Fotografēšana", "Фотография", "Photography"),
    "translation": ("Tulkošana", "Перевод", "Translation"),
    "events": ("Pasākumi", "Мероприятия", "Events"),
    "music": ("Mūzika", "Музыка", "Music"),
    "fitness": ("Fitness", "Фитнес", "Fitness"),
    "beauty": ("Skaistumkopšana", "Красота", "Beauty"),
    "other": ("Cits", "Другое", "Other"),
}
LISTING_CATEGORIES = {
    "electronics": ("Elektronika", "Электроника", "Electronics"),
    "vehicles": ("Transports", "Транспорт", "Vehicles"),
    "property": ("Nekustamais īpašums", "Недвижимость", "Property"),
    "furniture": ("Mēbeles", "Мебель", "Furniture"),
    "clothing": ("Apģērbs", "Одежда", "Clothing"),
    "fashion": ("Mode", "Мода", "Fashion"),
    "home": ("Mājai", "Для дома", "Home"),
    "sports": ("Sports", "Спорт", "Sports"),
    "kids": ("Bērniem", "Детям", "Kids"),
    "other": ("Cits", "Другое", "Other"),
}
TASK_SLUGS = tuple(TASK_CATEGORIES)  # of offerings too
LISTING_SLUGS = tuple(LISTING_CATEGORIES)
