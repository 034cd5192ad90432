"""§3.3: pictures."""

from tests.live.walk.market import Market, photo
from tests.live.walk.shapes import MESSAGE, UPLOADED

SECTION = "3.3"
PICTURES = {
    "png": ("PNG", "image/png"),
    "jpg": ("JPEG", "image/jpeg"),
    "jpeg": ("JPEG", "image/jpeg"),
    "gif": ("GIF", "image/gif"),
    "webp": ("WEBP", "image/webp"),
}


def uploading(m: Market) -> None:
    for ending, (form, kind) in PICTURES.items():
        answer = m.alice.upload(f"bilde.{ending}", photo(form=form), kind=kind)
        body = m.book.expect(f"3.3 POST uploads: {ending}", answer, 201, UPLOADED)
        _served(m, f"3.3 GET uploads/:file of {ending}", body)
    documented = m.alice.upload("bilde.png", photo(), path="/api/uploads/image")
    m.book.expect("4 POST uploads/image", documented, 201, UPLOADED)
    bad = {
        "an empty file": ("a.png", b"", "image/png"),
        "text": ("a.png", b"hello", "image/png"),
        "SVG": ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image/svg+xml"),
        "HTML": ("a.html", b"<html></html>", "text/html"),
        "a cut picture": ("a.png", photo()[:200], "image/png"),
    }
    for what, file in bad.items():
        answer = m.alice.post("/api/uploads", files={"file": file})
        m.book.refuse(f"3.3 POST uploads: 400 for {what}", answer, 400)
    elsewhere = m.alice.post(
        "/api/uploads", files={"photo": ("a.png", photo(), "image/png")}
    )
    m.book.refuse("3.3 POST uploads: 400 without `file`", elsewhere, 400)
    large = photo() + b"\0" * (5 * 1024 * 1024)
    m.book.refuse(
        "3.3 POST uploads: over 5 MB", m.alice.upload("a.png", large), (400, 413)
    )
    larger = m.alice.upload("a.png", large + large)
    m.book.refuse("3.3 POST uploads: 10 MB are answered too", larger, (400, 413))
    _attached(m)
    _thrown_away(m)


def _served(m: Market, name: str, uploaded: dict) -> None:
    book, url = m.book, uploaded["url"]
    book.same(f"{name}: path is url", uploaded["path"], url)
    book.same(
        f"{name}: below /api/uploads/", url, f"/api/uploads/{uploaded['filename']}"
    )
    book.holds(f"{name}: no comma in the name", "," not in url, url)
    for address in (url, uploaded["thumbnail_url"]):
        answer = m.anyone.get(address)
        book.expect(f"{name}: 200", answer, 200)
        kind = answer.headers.get("Content-Type", "")
        book.holds(
            f"{name}: an image",
            kind.startswith("image/") and _is(answer.content, kind),
            kind,
        )
        cache = answer.headers.get("Cache-Control", "")
        book.holds(
            f"{name}: is cached long",
            "max-age=31536000" in cache and "immutable" in cache,
            cache,
        )
        policy = answer.headers.get("Cross-Origin-Resource-Policy")
        book.holds(
            f"1.6 {url}: may be shown elsewhere",
            policy in {None, "cross-origin"},
            policy,
        )


def _is(content: bytes, kind: str) -> bool:
    """Whether the bytes begin as this kind of picture does."""
    begins = {
        "image/png": b"\x89PNG",
        "image/jpeg": b"\xff\xd8\xff",
        "image/gif": b"GIF8",
        "image/webp": b"RIFF",
    }
    return content.startswith(begins.get(kind, b"?"))


def _attached(m: Market) -> None:
    same = m.book.same
    one, two = (m.alice.upload("a.png", photo()).body["url"] for _ in range(2))
    listing = m.listing(images=f"{one},{two}")
    same("3.2 POST listings: images as a string", listing["images"], f"{one},{two}")
    same(
        "2.3 images keep their order",
        m.anyone.get(f"/api/listings/{listing['id']}").body["images"],
        f"{one},{two}",
    )
    documented = m.listing(images=[two, one])
    same(
        "4 POST listings with an array of images", documented["images"], f"{two},{one}"
    )
    absolute = m.listing(images=f"{m.alice.url}{one}")
    m.book.holds(
        "3.3 an absolute URL of an upload works too",
        absolute["images"].endswith(one),
        absolute["images"],
    )
    path = f"/api/listings/{listing['id']}"
    same(
        "3.2 PUT listings/:id: images turned round",
        m.alice.put(path, {"images": f"{two},{one}"}).body["listing"]["images"],
        f"{two},{one}",
    )
    same(
        "3.2 PUT listings/:id: images stay when not sent",
        m.alice.put(path, {"price": 1}).body["listing"]["images"],
        f"{two},{one}",
    )
    same(
        "3.2 PUT listings/:id: images emptied",
        m.alice.put(path, {"images": ""}).body["listing"]["images"] or "",
        "",
    )
    stolen = m.bob.post("/api/listings", m.listing_form(images=one))
    m.book.refuse("3.3 another's upload cannot be attached", stolen, (400, 404))


def _thrown_away(m: Market) -> None:
    url = m.alice.upload("a.png", photo()).body["url"]
    m.book.refuse("3.3 DELETE uploads/:file: 404 for another's", m.bob.delete(url), 404)
    m.book.expect("3.3 DELETE uploads/:file: still there", m.anyone.get(url), 200)
    m.book.expect("3.3 DELETE uploads/:file: 200", m.alice.delete(url), 200, MESSAGE)
    m.book.refuse("3.3 GET uploads/:file: 404 when gone", m.anyone.get(url), 404)
    m.book.refuse("3.3 DELETE uploads/:file: 404 when gone", m.alice.delete(url), 404)


CHAPTERS = (uploading,)
