"""§3.3: picture uploads."""

from tests.live.contract.market import Market, photo
from tests.live.contract.shapes import MESSAGE, UPLOADED

SECTION = "3.3"
PICTURES = {
    "png": ("PNG", "image/png"),
    "jpg": ("JPEG", "image/jpeg"),
    "jpeg": ("JPEG", "image/jpeg"),
    "gif": ("GIF", "image/gif"),
    "webp": ("WEBP", "image/webp"),
}


def uploading(m: Market) -> None:
    for ending, (form, content_type) in PICTURES.items():
        answer = m.alice.upload(
            f"bilde.{ending}", photo(form=form), content_type=content_type
        )
        body = m.report.expect(f"3.3 POST uploads: {ending}", answer, 201, UPLOADED)
        _served(m, f"3.3 GET uploads/:file of {ending}", body)
    documented = m.alice.upload("bilde.png", photo(), path="/api/uploads/image")
    m.report.expect("4 POST uploads/image", documented, 201, UPLOADED)
    bad = {
        "an empty file": ("a.png", b"", "image/png"),
        "text": ("a.png", b"hello", "image/png"),
        "SVG": ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image/svg+xml"),
        "HTML": ("a.html", b"<html></html>", "text/html"),
        "a cut picture": ("a.png", photo()[:200], "image/png"),
    }
    for what, file in bad.items():
        answer = m.alice.post("/api/uploads", files={"file": file})
        m.report.expect_error(f"3.3 POST uploads: 400 for {what}", answer, 400)
    elsewhere = m.alice.post(
        "/api/uploads", files={"photo": ("a.png", photo(), "image/png")}
    )
    m.report.expect_error("3.3 POST uploads: 400 without `file`", elsewhere, 400)
    large = photo() + b"\0" * (5 * 1024 * 1024)
    m.report.expect_error(
        "3.3 POST uploads: over 5 MB", m.alice.upload("a.png", large), (400, 413)
    )
    larger = m.alice.upload("a.png", large + large)
    m.report.expect_error(
        "3.3 POST uploads: 10 MB are answered too", larger, (400, 413)
    )
    _attached(m)
    _thrown_away(m)


def _served(m: Market, name: str, uploaded: dict) -> None:
    report, url = m.report, uploaded["url"]
    report.expect_equal(f"{name}: path is url", uploaded["path"], url)
    report.expect_equal(
        f"{name}: below /api/uploads/", url, f"/api/uploads/{uploaded['filename']}"
    )
    report.expect_true(f"{name}: no comma in the name", "," not in url, url)
    for address in (url, uploaded["thumbnail_url"]):
        answer = m.anyone.get(address)
        report.expect(f"{name}: 200", answer, 200)
        content_type = answer.headers.get("Content-Type", "")
        report.expect_true(
            f"{name}: an image",
            content_type.startswith("image/") and _is(answer.content, content_type),
            content_type,
        )
        cache = answer.headers.get("Cache-Control", "")
        report.expect_true(
            f"{name}: is cached, and asked about again so that staff can remove it",
            "max-age=60" in cache and "must-revalidate" in cache,
            cache,
        )
        policy = answer.headers.get("Cross-Origin-Resource-Policy")
        report.expect_true(
            f"1.6 {url}: may be shown elsewhere",
            policy in {None, "cross-origin"},
            policy,
        )


def _is(content: bytes, content_type: str) -> bool:
    """Whether the bytes start with the signature of this content type."""
    begins = {
        "image/png": b"\x89PNG",
        "image/jpeg": b"\xff\xd8\xff",
        "image/gif": b"GIF8",
        "image/webp": b"RIFF",
    }
    return content.startswith(begins.get(content_type, b"?"))


def _attached(m: Market) -> None:
    expect_equal = m.report.expect_equal
    one, two = (m.alice.upload("a.png", photo()).body["url"] for _ in range(2))
    listing = m.listing(images=f"{one},{two}")
    expect_equal(
        "3.2 POST listings: images as a string", listing["images"], f"{one},{two}"
    )
    expect_equal(
        "2.3 images keep their order",
        m.anyone.get(f"/api/listings/{listing['id']}").body["images"],
        f"{one},{two}",
    )
    documented = m.listing(images=[two, one])
    expect_equal(
        "4 POST listings with an array of images", documented["images"], f"{two},{one}"
    )
    absolute = m.listing(images=f"{m.alice.url}{one}")
    m.report.expect_true(
        "3.3 an absolute URL of an upload works too",
        absolute["images"].endswith(one),
        absolute["images"],
    )
    path = f"/api/listings/{listing['id']}"
    expect_equal(
        "3.2 PUT listings/:id: images turned round",
        m.alice.put(path, {"images": f"{two},{one}"}).body["listing"]["images"],
        f"{two},{one}",
    )
    expect_equal(
        "3.2 PUT listings/:id: images stay when not sent",
        m.alice.put(path, {"price": 1}).body["listing"]["images"],
        f"{two},{one}",
    )
    expect_equal(
        "3.2 PUT listings/:id: images emptied",
        m.alice.put(path, {"images": ""}).body["listing"]["images"] or "",
        "",
    )
    stolen = m.bob.post("/api/listings", m.listing_form(images=one))
    m.report.expect_error("3.3 another's upload cannot be attached", stolen, (400, 404))


def _thrown_away(m: Market) -> None:
    url = m.alice.upload("a.png", photo()).body["url"]
    m.report.expect_error(
        "3.3 DELETE uploads/:file: 404 for another's", m.bob.delete(url), 404
    )
    m.report.expect("3.3 DELETE uploads/:file: still there", m.anyone.get(url), 200)
    m.report.expect("3.3 DELETE uploads/:file: 200", m.alice.delete(url), 200, MESSAGE)
    m.report.expect_error(
        "3.3 GET uploads/:file: 404 when gone", m.anyone.get(url), 404
    )
    m.report.expect_error(
        "3.3 DELETE uploads/:file: 404 when gone", m.alice.delete(url), 404
    )


SCENARIOS = (uploading,)
