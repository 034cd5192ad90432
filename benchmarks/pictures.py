"""Measure the memory of the web server while it decodes the largest pictures.

`DATABASE_URL=postgres://… python -m benchmarks.pictures --at-once 1` prints the highest
resident memory of each process in MB, after each group of uploads. Needs PostgreSQL,
where it makes a database of its own, and Linux.
"""

import argparse
import io
import json
import os
import re
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from PIL import Image

from benchmarks.processes import workers_of
from tests.live.database import migrate, scratch_database
from tests.live.server import Server, serve

SIDE_PX = 5000  # 25 megapixels, as UPLOAD_MAX_PIXELS
UPLOADS, READS = 16, 200
FORMATS = {"PNG": "RGBA", "WEBP": "RGBA", "JPEG": "RGB"}
PATHS = ("/api/tasks", "/api/listings", "/api/offerings", "/api/schema")
BOUNDARY = "picture-of-the-benchmark"


def main() -> None:
    """Print one line for each group of requests."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--at-once", default="1", help="PICTURES_AT_ONCE")
    options = parser.parse_args()
    with (
        scratch_database(os.environ["DATABASE_URL"]) as url,
        tempfile.TemporaryDirectory(prefix="pictures-") as folder,
    ):
        own = {
            "DATABASE_URL": url,
            "UPLOADS_DIR": folder,
            "PICTURES_AT_ONCE": options.at_once,
            "THROTTLE": "false",
        }
        migrate(own)
        with serve(own) as server:
            _report(server, "start")
            for number in range(READS * len(PATHS)):
                _ask(server, "GET", PATHS[number % len(PATHS)])
            _report(server, "reads")
            _upload_all(server, _sign_up(server))


def _upload_all(server: Server, token: str) -> None:
    for name in (*FORMATS, "PNG"):
        body = _form(_picture(name), name)
        headers = {
            "Authorization": f"Bearer {token}",
            "Content-Type": f"multipart/form-data; boundary={BOUNDARY}",
        }
        with ThreadPoolExecutor(UPLOADS) as threads:
            request = (server, "POST", "/api/uploads", body, headers)
            sent = [threads.submit(_ask, *request) for _upload in range(UPLOADS)]
        for upload in sent:
            upload.result()  # raises what the request raised
        _report(server, f"{UPLOADS} {name}")


def _picture(name: str) -> bytes:
    ramp = Image.linear_gradient("L").resize((SIDE_PX, SIDE_PX))
    mode = FORMATS[name]
    bands = [ramp, ramp.rotate(90), ramp, ramp][: len(mode)]
    out = io.BytesIO()
    Image.merge(mode, bands).save(out, name)
    return out.getvalue()


def _form(content: bytes, name: str) -> bytes:
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; '
    head += f'filename="a.{name.lower()}"\r\nContent-Type: image/{name.lower()}\r\n\r\n'
    return head.encode() + content + f"\r\n--{BOUNDARY}--\r\n".encode()


def _sign_up(server: Server) -> str:
    person = {
        "username": "painter",
        "email": "painter@example.com",
        "password": "quiet-Harbour-71",
    }
    headers = {"Content-Type": "application/json"}
    body = json.dumps(person).encode()
    answer = _ask(server, "POST", "/api/auth/register", body, headers)
    return json.loads(answer)["token"]


def _ask(
    server: Server,
    method: str,
    path: str,
    body: bytes | None = None,
    headers: dict[str, str] | None = None,
) -> bytes:
    connection = server.connect(seconds=300)
    connection.request(method, path, body, headers or {})
    answer = connection.getresponse()
    content = answer.read()
    assert answer.status < 300, (answer.status, content[:200])
    return content


def _report(server: Server, after: str) -> None:
    peaks = []
    for process in workers_of(server.process.pid):
        status = Path(f"/proc/{process}/status").read_text()
        peaks.append(int(re.search(r"VmHWM:\s+(\d+)", status)[1]) // 1024)
    print(json.dumps({"after": after, "peak_mb": peaks}), flush=True)


if __name__ == "__main__":
    main()
