"""Disks that are full, or cannot be written, while a picture is uploaded."""

import errno
import resource
import signal
from collections.abc import Iterator

import pytest
from django.test import Client

from uploads import services
from uploads.models import Upload
from uploads.tests.pictures import picture
from uploads.tests.test_uploads import send, stored

pytestmark = pytest.mark.django_db
MAX_FILE_BYTES = 8192


def large_picture() -> bytes:
    """A picture of more than Django's usual 2.5 MB in memory."""
    return picture("PNG", size=(1000, 1000), compress_level=0)


@pytest.fixture
def small_files() -> Iterator[None]:
    """Files cannot grow beyond `MAX_FILE_BYTES`: the system writes a part and fails."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (MAX_FILE_BYTES, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)
    signal.signal(signal.SIGXFSZ, ignored)


def test_large_upload_needs_no_temporary_file(api, alice, settings):
    """K4: no disk of temporary files can be too full for a picture."""
    settings.FILE_UPLOAD_TEMP_DIR = "/proc/nothing"
    assert len(large_picture()) > 2.5 * 1024 * 1024
    assert send(api.as_(alice), large_picture()).status_code == 201


def test_full_storage_answers_503_and_stores_nothing(api, alice, request):
    """K4: the part of a file that was written is deleted, and no row is left."""
    before = stored()
    request.getfixturevalue("small_files")
    noise = picture("JPEG", size=(3000, 3000), quality=100)
    answer = send(api.as_(alice), noise)
    assert (answer.status_code, answer.json()["code"]) == (503, "storage_unavailable")
    assert answer["Retry-After"]
    assert (stored(), Upload.objects.count()) == (before, 0)


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_full_disk_is_no_bug(api, alice, monkeypatch, number):
    """K4: wherever a disk is full, the answer is 503 with `Retry-After`."""

    def full(file, *, owner):
        raise OSError(number, "full")

    monkeypatch.setattr(services, "create", full)
    answer = send(api.as_(alice))
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert answer["Retry-After"]


def test_full_disk_is_no_bug_outside_the_api(monkeypatch):
    """K4: in the admin and on the pages, too."""

    def full(*args, **kwargs):
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr("accounts.forms.StaffLoginForm.clean", full)
    page = Client(raise_request_exception=False)
    answer = page.post("/admin/login/", {"username": "a", "password": "b"})
    assert (answer.status_code, answer["Retry-After"]) == (503, "30")
