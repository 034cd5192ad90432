"""`manage.py check_pictures`: what it finds after a restore."""

import os

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command

from uploads import services
from uploads.models import Upload
from uploads.tests import test_storage
from uploads.tests.pictures import picture

pytestmark = pytest.mark.django_db
bucket, server = test_storage.bucket, test_storage.server  # fixtures


@pytest.fixture
def upload(settings, tmp_path, alice) -> Upload:
    settings.STORAGES = settings.STORAGES | {
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": tmp_path},
        }
    }
    return services.create(ContentFile(picture()), owner=alice, is_private=True)


def test_whole_pictures_are_no_fault(upload, capsys):
    """Y5: rows and files that belong together are not reported."""
    call_command("check_pictures")
    assert capsys.readouterr().out == "Every picture has its files.\n"


@pytest.mark.parametrize("which", ["file", "thumbnail_file"])
def test_a_missing_file_is_named(upload, which, capsys):
    """Y5: a restore without one picture is noticed."""
    name = getattr(upload, which)
    default_storage.delete(name)
    with pytest.raises(CommandError):
        call_command("check_pictures")
    assert f"missing: {name}\n" in capsys.readouterr().out


def test_other_bytes_are_named(upload, capsys):
    """Y5: a picture that was not copied to its end is noticed."""
    with open(default_storage.path(upload.file), "ab") as file:
        file.truncate(100)
    with pytest.raises(CommandError):
        call_command("check_pictures")
    assert f"damaged: {upload.file}\n" in capsys.readouterr().out


def age(name: str) -> None:
    path = default_storage.path(name)
    os.utime(path, (os.stat(path).st_mtime - 7200,) * 2)


def test_files_without_a_row_are_deleted_when_asked(upload):
    """Y5: a picture that was deleted before the backup does not come back."""
    new, old = (f"private/{number:032x}.jpg" for number in (0, 1))
    for name in (new, old):
        default_storage.save(name, ContentFile(b"x"))
    for name in (old, upload.file, upload.thumbnail_file):
        age(name)
    call_command("check_pictures")
    assert default_storage.exists(old)
    call_command("check_pictures", delete_unnamed=True)
    left = {f"private/{name}" for name in default_storage.listdir("private")[1]}
    # The new one may belong to an upload under way.
    assert left == {new, upload.file, upload.thumbnail_file}


def test_a_bucket_is_checked_too(bucket, alice, capsys):
    """Y5: the files are those of the configured storage."""
    kept, lost = (services.create(ContentFile(picture()), owner=alice) for _ in "ab")
    default_storage.delete(lost.file)
    default_storage.save(f"{0:032x}.jpg", ContentFile(b"x"))  # under way
    with pytest.raises(CommandError):
        call_command("check_pictures", delete_unnamed=True)
    assert capsys.readouterr().out == f"missing: {lost.file}\n"
    assert default_storage.exists(kept.file)
