"""Bodies and answers shown in the API's description."""

from payments.examples import CLIENT, PAYMENT

REQUEST = {
    "title": "Palīdzēt pārvest dīvānu",
    "description": "No trešā stāva bez lifta uz Imantu. Vajag divus cilvēkus.",
    "category": "moving",
    "attributes": {},
    "address": "Miera iela 12-4, Rīga",
    "latitude": 56.9673,
    "longitude": 24.1336,
    "budget": 40,
    "deadline": "2031-05-10T18:00",
    "priority": "normal",
    "is_urgent": False,
}
TASK = REQUEST | {
    "id": 18,
    "creator_id": 7,
    "creator_name": "First Last",
    "seller_type": "private",
    "assigned_to_id": None,
    "assigned_to_name": None,
    "budget": 40.0,
    "currency": "EUR",
    "status": "open",
    "deadline": "2031-05-10T18:00:00",
    "radius": 10.0,
    "required_skills": "",
    "images": "",
    "applications_count": 0,
    "responses_count": 0,
    "location": "Miera iela 12-4, Rīga",
    "moderation": "visible",
    "moderation_reason": "",
    "created_at": "2031-05-06T11:30:00Z",
    "updated_at": "2031-05-06T11:30:00Z",
    "completed_at": None,
    "actions": ["accept", "cancel"],
}
TASK_DETAIL = TASK | {
    "label": None,
    "trader": None,
    "agreed_price": None,
    "payment_required": True,
    "payment_status": None,
}
APPLICATION = {
    "id": 5,
    "task_id": 18,
    "applicant_id": 9,
    "applicant_name": "Other Last",
    "applicant_avatar": None,
    "applicant_email": None,
    "applicant_rating": 4.6,
    "applicant_review_count": 8,
    "applicant_completed_tasks": 6,
    "applicant_member_since": "2031-01-15T09:00:00Z",
    "applicant_bio": "Man ir busiņš.",
    "applicant_city": "Rīga",
    "message": "Varu sestdien no rīta, būsim divi.",
    "price": 45.0,
    "proposed_price": 45.0,
    "status": "pending",
    "created_at": "2031-05-06T12:05:00Z",
    "updated_at": "2031-05-06T12:05:00Z",
}
CREATE = {
    "Request": [REQUEST],
    "Answer": [{"message": "The task is published.", "task": TASK_DETAIL}],
}
APPLY = {
    "Request": [{"message": "Varu sestdien no rīta, būsim divi.", "price": 45}],
    "Answer": [{"message": "You have applied.", "application": APPLICATION}],
}
CHANGE = {"Request": [{"budget": 50, "deadline": "2031-05-11T12:00"}]}
SEEN = {"seen_updated_at": "2031-05-06T12:05:00Z"}
ACCEPT = {"Request": [{"application_id": 5, "price": 45} | SEEN, {"user_id": 9}]}
PAID = {"payment": PAYMENT | {"status": "pending"}, "client": CLIENT}
EXAMPLES: dict[str, dict] = {
    "payment": {"Answer": [PAID]},
    "start_payment": {"Answer": [{"message": "Please pay now."} | PAID]},
    "create": CREATE,
    "update": CHANGE,
    "partial_update": CHANGE,
    "apply": APPLY,
    "accept": ACCEPT,
    "accept_application": ACCEPT,
    "applications_accept": {"Request": [SEEN]},  # on the path with the id
    "cancel": {"Request": [{"reason": "Dīvāns jau ir pārvests."}]},
    "give_back": {"Request": [{"reason": "Esmu saslimis un nevarēšu atbraukt."}]},
    "dispute": {"Request": [{"reason": "Dīvāns palika pie durvīm."}]},
}
