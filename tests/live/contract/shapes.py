"""The objects of §2, field by field."""

from tests.live.contract.value_checks import (
    absent,
    anything,
    boolean,
    integer,
    kilometres,
    local_timestamp,
    maybe,
    nonblank,
    nothing,
    number,
    one_of,
    picture,
    rating,
    slug,
    stars,
    text,
    timestamp,
    web_address,
)

MESSAGE = {"message": nonblank}
ERROR = {
    "error": nonblank,
    "code": slug,
    "fields": {},
    "detail": absent,
    "errors": absent,
}

USER = {
    "id": integer,
    "username": nonblank,
    "email": nonblank,
    **dict.fromkeys(
        ("phone", "first_name", "last_name", "bio", "city", "country"), maybe(text)
    ),
    "avatar_url": maybe(picture),
    "profile_picture_url": maybe(picture),
    "is_verified": boolean,
    "created_at": timestamp,
    "average_rating": maybe(rating),
    "reviews_count": maybe(integer),
    "tasks_completed": maybe(integer),
    "reputation_score": number,
    "completion_rate": number,
    "is_active": boolean,
    "phone_verified": boolean,
    "is_helper": boolean,
    "language": nonblank,
    "user_type": nonblank,
    "skills": maybe(text),
    "helper_categories": maybe(text),
    "hourly_rate": maybe(number),
    "latitude": maybe(number),
    "longitude": maybe(number),
    "updated_at": timestamp,
    "password": absent,
}
SIGNED_IN = {
    "message": nonblank,
    "token": nonblank,
    "access_token": nonblank,
    "refresh": nonblank,
    "user": USER | {"average_rating": anything, "reviews_count": integer},
}

PUBLIC_USER = {
    "id": integer,
    "username": nonblank,
    **dict.fromkeys(("first_name", "last_name", "bio", "city", "country"), maybe(text)),
    "avatar_url": maybe(picture),
    "profile_picture_url": maybe(picture),
    "is_verified": boolean,
    "created_at": timestamp,
    "average_rating": maybe(rating),
    "reviews_count": integer,
    "completion_rate": number,
    "reputation_score": number,
    "is_helper": boolean,
    "skills": [text],
    "helper_categories": [text],
    "hourly_rate": maybe(number),
    "email": absent,
    "phone": absent,
    "latitude": absent,
    "longitude": absent,
}

LISTING = {
    "id": integer,
    "user_id": integer,
    "seller_id": integer,
    "title": text,
    "description": text,
    "category": text,
    "price": number,
    "location": maybe(text),
    "images": maybe(text),
    "image_urls": maybe([text]),
    "contact_info": maybe(text),
    "condition": maybe(one_of("new", "like_new", "used", "refurbished", "")),
    "is_negotiable": boolean,
    "status": one_of("active", "sold", "archived", "pending"),
    "views_count": integer,
    "seller": maybe(text),
    "created_at": timestamp,
    "subcategory": maybe(text),
    "currency": one_of("EUR"),
    "latitude": maybe(number),
    "longitude": maybe(number),
    "tags": maybe(text),
    "listing_type": one_of("sale"),
    "is_featured": boolean,
    "updated_at": timestamp,
    "expires_at": maybe(timestamp),
}
SELLER = {
    "id": integer,
    "username": nonblank,
    **dict.fromkeys(("first_name", "last_name", "city", "country"), maybe(text)),
    "avatar_url": maybe(picture),
    "is_verified": boolean,
    "average_rating": maybe(rating),
    "reviews_count": maybe(integer),
    "completion_rate": maybe(number),
    "created_at": maybe(timestamp),
    "email": absent,
    "phone": absent,
}
LISTING_DETAIL = LISTING | {"seller_info": SELLER}

TASK = {
    "id": integer,
    "creator_id": integer,
    **dict.fromkeys(("title", "description", "category", "location"), text),
    "latitude": number,
    "longitude": number,
    "budget": maybe(number),
    "status": one_of(
        "open",
        "assigned",
        "in_progress",
        "pending_confirmation",
        "completed",
        "cancelled",
        "disputed",
    ),
    "priority": maybe(text),
    "is_urgent": boolean,
    "creator_name": nonblank,
    "assigned_to_id": maybe(integer),
    "assigned_to_name": maybe(nonblank),
    "deadline": maybe(local_timestamp),
    "created_at": timestamp,
    "applications_count": integer,
    "currency": one_of("EUR"),
    "radius": number,
    "required_skills": maybe(text),
    "images": maybe(text),
    "responses_count": integer,
    "updated_at": timestamp,
    "completed_at": maybe(timestamp),
    "actions": [nonblank],
}
TASK_ANYWHERE = TASK | {"distance": absent}
TASK_NEAR = TASK | {"distance": kilometres}
TASK_CREATED = TASK | {"pending_applications_count": integer}

APPLICATION = {
    "id": integer,
    "task_id": integer,
    "applicant_id": integer,
    "applicant_name": nonblank,
    "applicant_avatar": maybe(web_address),
    "message": maybe(text),
    **dict.fromkeys(("price", "proposed_price"), maybe(number)),
    "status": one_of("pending", "accepted", "rejected"),
    "created_at": timestamp,
    "applicant_email": nothing,
    "applicant_rating": number,
    "applicant_review_count": integer,
    "applicant_completed_tasks": integer,
    "applicant_member_since": maybe(timestamp),
    "applicant_bio": maybe(text),
    "applicant_city": maybe(text),
}
APPLICATION_AND_TASK = APPLICATION | {"task": TASK}
WITHDRAWN = {"message": nonblank}

OFFERING = {
    "id": integer,
    "creator_id": integer,
    **dict.fromkeys(("title", "description", "category", "location"), text),
    "latitude": number,
    "longitude": number,
    "price": maybe(number),
    "price_type": one_of("hourly", "fixed", "negotiable"),
    "status": one_of("active", "paused", "closed"),
    "creator_name": nonblank,
    "creator_avatar": maybe(web_address),
    "creator_rating": rating,
    "creator_review_count": integer,
    "creator_completed_tasks": integer,
    "availability": maybe(text),
    "experience": maybe(text),
    "service_radius": number,
    "created_at": timestamp,
    "currency": one_of("EUR"),
    "images": maybe(text),
    "contact_count": integer,
    "updated_at": timestamp,
}
OFFERING_ANYWHERE = OFFERING | {"distance": absent}
OFFERING_NEAR = OFFERING | {"distance": kilometres}

PERSON = {
    "id": integer,
    "username": nonblank,
    "first_name": maybe(text),
    "last_name": maybe(text),
    "avatar_url": maybe(picture),
    "email": absent,
    "phone": absent,
}
CHAT_MESSAGE = {
    "id": integer,
    "conversation_id": integer,
    "sender_id": integer,
    "sender": PERSON,
    "content": text,
    "is_read": boolean,
    "created_at": timestamp,
}
CONVERSATION = {
    "id": integer,
    "participant_1_id": integer,
    "participant_2_id": integer,
    "task_id": maybe(integer),
    "offering_id": maybe(integer),
    "other_participant": PERSON | {"is_verified": boolean},
    "unread_count": integer,
    "last_message": maybe(CHAT_MESSAGE),
    "created_at": timestamp,
    "updated_at": timestamp,
}

REVIEW = {
    "id": integer,
    "rating": stars,
    "content": maybe(text),
    "reviewer_id": integer,
    "reviewer_name": nonblank,
    "reviewer_avatar": maybe(web_address),
    "created_at": timestamp,
    "reviewed_user_id": integer,
    "listing_id": maybe(integer),
    "task_id": maybe(integer),
    "review_type": maybe(one_of("client_review", "worker_review")),
    "updated_at": timestamp,
    "verified": boolean,
}
REVIEWER = {
    "id": integer,
    "username": nonblank,
    "profile_picture_url": maybe(web_address),
    "email": absent,
}
REVIEW_AND_REVIEWER = REVIEW | {"reviewer": REVIEWER}
WHOLE_REVIEW = REVIEW_AND_REVIEWER | {"reviewed_user": REVIEWER}
ROLE = {"count": integer, "average": maybe(number)}
STATS = {
    "user_id": integer,
    "total_reviews": integer,
    "average_rating": maybe(rating),
    "rating_breakdown": dict.fromkeys("12345", integer),
    "as_worker": ROLE,
    "as_client": ROLE,
}

FAVORITE = {
    "id": integer,
    "user_id": integer,
    "item_type": one_of("task", "offering", "listing"),
    "item_id": integer,
    "created_at": timestamp,
}
ITEM = {
    "id": integer,
    **dict.fromkeys(("title", "description", "category", "location", "status"), text),
    "images": maybe(text),
    "created_at": timestamp,
    "creator_avatar": maybe(web_address),
}
ITEMS = {
    "task": ITEM
    | {
        "type": one_of("task"),
        "budget": maybe(number),
        "is_urgent": boolean,
        "deadline": maybe(local_timestamp),
        "creator_name": nonblank,
        "creator_id": integer,
    },
    "offering": ITEM
    | {
        "type": one_of("offering"),
        "price": maybe(number),
        "price_type": nonblank,
        "creator_name": nonblank,
        "creator_id": integer,
    },
    "listing": ITEM
    | {
        "type": one_of("listing"),
        "price": number,
        "seller_name": nonblank,
        "seller_id": integer,
    },
}
FAVORITE_ROW = {"favorite_id": integer, "favorited_at": timestamp, "item": ITEM}

HELPER = {
    "id": integer,
    "name": nonblank,
    "avatar": maybe(picture),
    "bio": maybe(text),
    "city": maybe(text),
    "latitude": maybe(number),
    "longitude": maybe(number),
    "rating": number,
    "review_count": integer,
    "completed_tasks": integer,
    "skills": [text],
    "categories": [text],
    "hourly_rate": maybe(number),
    "is_available": boolean,
    "member_since": timestamp,
    "email": nothing,
    "phone": absent,
}
HELPER_NEAR = HELPER | {"distance": kilometres}

UPLOADED = {
    "message": nonblank,
    "url": nonblank,
    "path": nonblank,
    "filename": nonblank,
}
CATEGORY = {"slug": nonblank, "names": {"lv": nonblank, "ru": nonblank, "en": nonblank}}
