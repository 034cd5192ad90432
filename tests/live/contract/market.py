"""The people of one run and the items they post, named after the run."""

import io
import secrets

from PIL import Image

from tests.live.contract.client import Caller
from tests.live.contract.report import Report

PASSWORD = "Ziemas-saulgrieži-31"
RIGA = (56.95123, 24.11357)
NORTH_5_KM = (56.99620, 24.11357)
NORTH_12_KM = (57.05915, 24.11357)
NORTH_30_KM = (57.22103, 24.11357)
LIEPAJA = (56.50468, 21.01085)


class Market:
    """Four people: Alice posts tasks, Bob and Carol apply, Mallory is a stranger."""

    def __init__(self, url: str):
        self.run = secrets.token_hex(4)
        self.trade = f"contract-{self.run}"  # a word among a helper's categories
        self.report = Report()
        self.anyone = Caller(url, self.report.check_answer)
        self.alice = self._join("alice", first_name="First", last_name="Last")
        self.bob = self._join("bob")
        self.carol = self._join("carol", first_name="Karīna")
        self.mallory = self._join("mallory")

    def newcomer(self, name: str, **more) -> dict:
        """The body of a registration."""
        data = {
            "username": f"{name}_{self.run}",
            "email": f"{name}.{self.run}@example.com",
            "password": PASSWORD,
            "phone": "+371 20000000",
        }
        return data | more

    def _join(self, name: str, **more) -> Caller:
        answer = self.anyone.post("/api/auth/register", self.newcomer(name, **more))
        if answer.status != 201:
            raise SystemExit(f"Registration failed: {answer} {answer.body}")
        return self.anyone.with_token(answer.body["token"], answer.body["user"])

    # --- Bodies as the client sends them ----------------------------------------------

    def task_form(self, point=RIGA, **more) -> dict:
        return {
            "title": "Salikt skapi",
            "description": "Divas durvis — собрать шкаф 🧰",
            "category": "assembly",
            "location": "Centrs, Rīga",
            "latitude": point[0],
            "longitude": point[1],
            "budget": 45.5,
            "priority": "medium",
            "is_urgent": False,
        } | more

    def offering_form(self, point=RIGA, **more) -> dict:
        return {
            "title": "Mēbeļu montāža",
            "description": "Ātri un kārtīgi",
            "category": "assembly",
            "location": "Centrs, Rīga",
            "latitude": point[0],
            "longitude": point[1],
            "price": 20,
            "price_type": "hourly",
            "availability": "Vakaros",
            "experience": "5 gadi",
            "service_radius": 30,
        } | more

    def listing_form(self, **more) -> dict:
        return {
            "title": "Velosipēds",
            "description": "Maz braukts",
            "price": 120.5,
            "category": "sports",
            "location": "Rīga",
            "contact_info": "+371 20000001",
        } | more

    def task(self, person: Caller | None = None, point=RIGA, **more) -> dict:
        form = self.task_form(point, **more)
        return (person or self.alice).post("/api/tasks", form).body["task"]

    def offering(self, person: Caller | None = None, point=RIGA, **more) -> dict:
        form = self.offering_form(point, **more)
        return (person or self.bob).post("/api/offerings", form).body["offering"]

    def listing(self, person: Caller | None = None, **more) -> dict:
        form = self.listing_form(**more)
        return (person or self.alice).post("/api/listings", form).body["listing"]

    def application(self, task: dict, person: Caller | None = None) -> dict:
        path = f"/api/tasks/{task['id']}/apply"
        return (person or self.bob).post(path, {"message": ""}).body["application"]

    def assigned(self, **more) -> dict:
        """A task of Alice, assigned to Bob."""
        task = self.task(**more)
        application = self.application(task)
        path = f"/api/tasks/{task['id']}/applications/{application['id']}/accept"
        return self.alice.post(path).body["task"]

    def marked_done(self, **more) -> dict:
        task = self.assigned(**more)
        return self.bob.post(f"/api/tasks/{task['id']}/mark-done").body["task"]

    def completed(self, **more) -> dict:
        task = self.marked_done(**more)
        return self.alice.post(f"/api/tasks/{task['id']}/confirm").body["task"]


def photo(colour=(200, 60, 40), size=(640, 480), form="PNG") -> bytes:
    file = io.BytesIO()
    Image.new("RGB", size, colour).save(file, form)
    return file.getvalue()
