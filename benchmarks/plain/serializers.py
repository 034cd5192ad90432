"""Ordinary serializers of the product's models."""

from rest_framework import serializers

from accounts.models import Session, User
from alerts.models import SavedSearch
from favorites.models import Favorite
from listings.models import Listing
from messaging.models import Conversation, Message
from notifications.models import Notification
from offerings.models import Offering
from reviews.models import Review
from tasks.models import TaskApplication, TaskRequest

ITEM = (
    *("id", "title", "description", "category", "attributes", "currency", "status"),
    *("images", "created_at", "updated_at", "latitude", "longitude", "location"),
    *("moderation", "moderation_reason"),
)


class PersonSerializer(serializers.ModelSerializer):
    class Meta:
        model = User
        fields = [
            *("id", "username", "first_name", "last_name", "is_verified"),
            *("seller_type", "picture"),
        ]


class ItemSerializer(serializers.ModelSerializer):
    latitude = serializers.FloatField(source="public_latitude")
    longitude = serializers.FloatField(source="public_longitude")
    actions = serializers.SerializerMethodField()

    def get_actions(self, _row) -> list:
        return []


class TaskSerializer(ItemSerializer):
    creator_name = serializers.CharField(source="creator.display_name")
    seller_type = serializers.CharField(source="creator.seller_type")
    assigned_to_name = serializers.CharField(
        source="assigned_to.display_name", default=None
    )
    budget = serializers.FloatField()
    responses_count = serializers.IntegerField(source="applications_count")

    class Meta:
        model = TaskRequest
        fields = [
            *ITEM,
            *("creator_id", "creator_name", "assigned_to_id", "assigned_to_name"),
            *("seller_type", "budget", "priority", "is_urgent", "deadline", "radius"),
            *("required_skills", "applications_count", "responses_count"),
            *("completed_at", "actions"),
        ]


class NearTaskSerializer(TaskSerializer):
    distance = serializers.FloatField()

    class Meta(TaskSerializer.Meta):
        fields = [*TaskSerializer.Meta.fields, "distance"]


class CreatedTaskSerializer(TaskSerializer):
    pending_applications_count = serializers.IntegerField()

    class Meta(TaskSerializer.Meta):
        fields = [
            *TaskSerializer.Meta.fields,
            *("address", "pending_applications_count"),
        ]


class ListingSerializer(ItemSerializer):
    seller = serializers.CharField(source="seller.username")
    seller_type = serializers.CharField(source="seller.seller_type")
    price = serializers.FloatField()
    image_urls = serializers.SerializerMethodField()

    class Meta:
        model = Listing
        fields = [
            *ITEM,
            *("seller_id", "seller", "seller_type", "subcategory", "price"),
            *("is_negotiable", "condition", "listing_type", "contact_info", "tags"),
            *("is_featured", "expires_at", "image_urls", "views_count", "actions"),
        ]

    def get_image_urls(self, row: Listing) -> list[str]:
        return [one for one in row.images.split(",") if one]


class OfferingSerializer(ItemSerializer):
    creator_name = serializers.CharField(source="creator.display_name")
    creator_avatar = serializers.CharField(source="creator.picture")
    creator_rating = serializers.FloatField(source="creator.average_rating")
    creator_review_count = serializers.IntegerField(source="creator.reviews_count")
    creator_completed_tasks = serializers.IntegerField(source="creator.tasks_completed")
    seller_type = serializers.CharField(source="creator.seller_type")
    price = serializers.FloatField()

    class Meta:
        model = Offering
        fields = [
            *ITEM,
            *("creator_id", "creator_name", "creator_avatar", "creator_rating"),
            *("creator_review_count", "creator_completed_tasks", "seller_type"),
            *("price", "price_type", "availability", "experience", "service_radius"),
            *("contact_count", "actions"),
        ]


class ApplicationSerializer(serializers.ModelSerializer):
    applicant_name = serializers.CharField(source="applicant.display_name")
    applicant_avatar = serializers.CharField(source="applicant.picture")
    applicant_rating = serializers.FloatField(source="applicant.average_rating")
    applicant_review_count = serializers.IntegerField(source="applicant.reviews_count")
    applicant_completed_tasks = serializers.IntegerField(
        source="applicant.tasks_completed"
    )
    applicant_member_since = serializers.DateTimeField(source="applicant.created_at")
    applicant_bio = serializers.CharField(source="applicant.bio")
    applicant_city = serializers.CharField(source="applicant.city")
    price = serializers.FloatField(source="asked_price")

    class Meta:
        model = TaskApplication
        fields = [
            *("id", "task_id", "applicant_id", "applicant_name", "applicant_avatar"),
            *("applicant_rating", "applicant_review_count"),
            *("applicant_completed_tasks", "applicant_member_since"),
            *("applicant_bio", "applicant_city", "message", "price", "status"),
            *("created_at", "updated_at"),
        ]


class OwnApplicationSerializer(ApplicationSerializer):
    task = TaskSerializer()

    class Meta(ApplicationSerializer.Meta):
        fields = [*ApplicationSerializer.Meta.fields, "task"]


class FavoriteSerializer(serializers.ModelSerializer):
    favorite_id = serializers.IntegerField(source="id")
    favorited_at = serializers.DateTimeField(source="created_at")
    item = serializers.SerializerMethodField()
    serializers = {
        "task": TaskSerializer,
        "listing": ListingSerializer,
        "offering": OfferingSerializer,
    }
    shown = (
        *("id", "title", "description", "category", "location", "status", "images"),
        *("created_at", "budget", "price", "price_type", "is_urgent", "deadline"),
        *("creator_id", "creator_name", "creator_avatar", "seller_id", "seller"),
    )

    class Meta:
        model = Favorite
        fields = ["favorite_id", "favorited_at", "item"]

    def get_item(self, favorite: Favorite) -> dict:
        shown = self.serializers[favorite.item_type](favorite.item).data
        item = {name: shown[name] for name in self.shown if name in shown}
        return item | {"type": favorite.item_type}


class MessageSerializer(serializers.ModelSerializer):
    sender = PersonSerializer()
    attachments = serializers.SerializerMethodField()
    is_read = serializers.BooleanField()
    is_deleted = serializers.BooleanField()

    class Meta:
        model = Message
        fields = [
            *("id", "conversation_id", "seq", "sender_id", "sender", "content"),
            *("attachments", "client_msg_id", "is_read", "is_deleted", "edited_at"),
            *("created_at", "task_id", "offering_id", "listing_id"),
        ]

    def get_attachments(self, message: Message) -> list[dict]:
        uploads = (one.upload for one in message.attachments.all())
        return [{"id": one.pk, "size": one.size} for one in uploads]


class ConversationSerializer(serializers.ModelSerializer):
    other_participant = serializers.SerializerMethodField()
    last_message = MessageSerializer()
    unread_count = serializers.IntegerField()

    class Meta:
        model = Conversation
        fields = [
            *("id", "participant_1_id", "participant_2_id", "other_participant"),
            *("unread_count", "last_seq", "last_message", "created_at", "updated_at"),
            *("task_id", "offering_id", "listing_id"),
        ]

    def get_other_participant(self, conversation: Conversation) -> dict:
        other = conversation.other_than(self.context["request"].user)
        return PersonSerializer(other).data


class NotificationSerializer(serializers.ModelSerializer):
    class Meta:
        model = Notification
        fields = [
            *("id", "kind", "subject_type", "subject_id", "params", "read_at"),
            "created_at",
        ]


class ReviewSerializer(serializers.ModelSerializer):
    reviewer = PersonSerializer()
    reviewed_user = PersonSerializer()

    class Meta:
        model = Review
        fields = [
            *("id", "reviewer_id", "reviewer", "reviewed_user_id", "reviewed_user"),
            *("task_id", "listing_id", "review_type", "rating", "content"),
            *("moderation", "moderation_reason", "created_at", "updated_at"),
        ]


class SavedSearchSerializer(serializers.ModelSerializer):
    class Meta:
        model = SavedSearch
        fields = ["id", "item_type", "name", "query", "frequency", "created_at"]


class SessionSerializer(serializers.ModelSerializer):
    class Meta:
        model = Session
        fields = ["id", "device", "method", "created_at", "last_used_at"]
