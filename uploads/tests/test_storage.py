"""Uploads in S3, with a local server that is up or down."""

import boto3
import pytest
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from moto.server import ThreadedMotoServer

from core.exceptions import ServiceUnavailable
from marketplace.settings import s3_options
from uploads import services
from uploads.models import Upload
from uploads.tests.pictures import picture
from uploads.tests.test_uploads import send

pytestmark = pytest.mark.django_db
KEYS = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}


@pytest.fixture(scope="module")
def server():
    moto = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    moto.start()
    yield "http://{}:{}".format(*moto.get_host_and_port())
    moto.stop()


@pytest.fixture
def bucket(server, settings):
    """The settings' own S3 options, against the local server."""
    s3 = boto3.resource("s3", endpoint_url=server, region_name="eu-north-1", **KEYS)
    place = {"LocationConstraint": "eu-north-1"}
    bucket = s3.create_bucket(Bucket="pictures", CreateBucketConfiguration=place)
    use_s3(settings, server)
    yield bucket
    bucket.objects.all().delete()
    bucket.delete()


def use_s3(settings, url: str) -> None:
    options = s3_options("pictures") | {
        "endpoint_url": url,
        "access_key": "test",
        "secret_key": "test",
    }
    s3 = {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options}
    settings.STORAGES = settings.STORAGES | {"default": s3}


def keys(bucket) -> list[str]:
    return sorted(found.key for found in bucket.objects.all())


def test_private_upload_is_in_its_folder_and_served_by_signature(api, alice, bucket):
    answer = send(api.as_(alice), url="/api/messages/attachments").json()["attachment"]
    upload = Upload.objects.get()
    assert keys(bucket) == sorted([upload.file, upload.thumbnail_file])
    assert all(key.startswith("private/") for key in keys(bucket))
    shown = api.get(answer["url"])
    assert len(b"".join(shown.streaming_content)) == answer["size"]
    assert api.get(answer["url"].split("?")[0]).status_code == 404


def test_upload_is_in_the_bucket(api, alice, bucket):
    answer = send(api.as_(alice)).json()
    upload = Upload.objects.get()
    assert keys(bucket) == sorted([upload.key, upload.thumbnail_key])
    shown = api.get(answer["url"])
    assert shown["Content-Type"] == "image/jpeg"
    assert len(b"".join(shown.streaming_content)) == answer["size"]


def test_deletion_empties_the_bucket(api, alice, bucket):
    answer = send(api.as_(alice)).json()
    assert api.as_(alice).delete(answer["url"]).status_code == 200
    assert keys(bucket) == []


def test_missing_object_is_a_404(api, bucket):
    answer = api.get(f"/api/uploads/{'a' * 32}.jpg")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def goes_down(settings) -> None:
    use_s3(settings, "http://127.0.0.1:8189")


def is_unavailable(answer) -> bool:
    shape = (answer.status_code, answer.json()["code"])
    return shape == (503, "storage_unavailable") and answer["Retry-After"] == "30"


def test_upload_while_storage_is_down(api, alice, bucket, settings):
    """U10: 503 in the error shape, and no row without its files."""
    goes_down(settings)
    assert is_unavailable(send(api.as_(alice)))
    assert Upload.objects.count() == 0


def test_picture_while_storage_is_down(api, alice, bucket, settings):
    """U10: 503, not 404: the file exists."""
    url = send(api.as_(alice)).json()["url"]
    goes_down(settings)
    assert is_unavailable(api.get(url))


def test_deletion_while_storage_is_down(api, alice, bucket, settings, server):
    """U10: nothing is lost, and it can be deleted again."""
    url = send(api.as_(alice)).json()["url"]
    goes_down(settings)
    assert is_unavailable(api.as_(alice).delete(url))
    use_s3(settings, server)
    assert len(keys(bucket)) == 2
    assert api.as_(alice).delete(url).status_code == 200


def test_storage_that_fails_half_way_keeps_nothing(alice, bucket, monkeypatch):
    """U10: an image without its thumbnail is deleted."""
    storage = storages["default"]
    save = type(storage).save

    def only_pictures(self, name, content, **options):
        if name.endswith("_t.webp"):
            raise OSError("no space left")
        return save(self, name, content, **options)

    monkeypatch.setattr(type(storage), "save", only_pictures)
    with pytest.raises(ServiceUnavailable):
        services.create(SimpleUploadedFile("x", picture()), owner=alice)
    assert (keys(bucket), Upload.objects.count()) == ([], 0)
