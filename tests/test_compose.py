"""The compose file and the image, as data: no container engine is needed.

`started` repeats the rules by which compose sets the environment of a container.
"""

import re
from io import StringIO

import pytest
import yaml
from dotenv import dotenv_values

from marketplace.serving.config import GRACEFUL_S
from tests.test_production import run
from tests.test_shipping import NAME, ROOT, text, variables_read

OURS = ("web", "sockets", "worker")
REFERENCE = re.compile(rf"\$\{{({NAME})(?:(:[-?])([^}}]*))?\}}")
PASSWORD = {"POSTGRES_PASSWORD": "d2f1"}
KEYS = {"SECRET_KEY": "of-sessions-" * 6, "JWT_SIGNING_KEY": "of-tokens-" * 6}


def interpolated(source: str, variables: dict[str, str]) -> str:
    """Return `source` with its references replaced. Raises `ValueError` for `:?`."""

    def value(reference: re.Match) -> str:
        name, operator, word = reference.groups()
        if operator == ":?" and not variables.get(name):
            raise ValueError(f"{name}: {word}")
        return variables.get(name) or (word if operator == ":-" else "")

    return REFERENCE.sub(value, source)


def services(variables: dict[str, str]) -> dict[str, dict]:
    """Return the services by name, as compose reads them with these variables."""
    file = yaml.safe_load(interpolated(text("docker-compose.yml"), variables))
    return file["services"]


def started(service: str, own: dict[str, str], shell: dict[str, str] | None = None):
    """Return the environment of a container, where `.env` holds `own`."""
    variables = own | (shell or {})  # the shell wins over .env
    description = services(variables)[service]
    files = {
        "docker/compose.env": interpolated(text("docker/compose.env"), variables),
        ".env": "".join(f"{name}='{value}'\n" for name, value in own.items()),
    }
    environment: dict[str, str] = {}
    for file in description["env_file"]:
        content = StringIO(files[file["path"]])
        environment |= dotenv_values(stream=content, interpolate=False)
    return environment | description["environment"]


@pytest.fixture(scope="module")
def compose() -> dict[str, dict]:
    return services(PASSWORD)


def test_the_containers_get_only_variables_that_are_read():
    """Y5: a name in the compose file that nothing reads would be a setting lost."""
    of_the_entry = set(re.findall(rf"\$\{{({NAME})", text("docker/entrypoint.sh")))
    for service in OURS:
        given = set(started(service, PASSWORD)) - set(PASSWORD)
        assert given - variables_read() - of_the_entry == set()


def test_every_variable_of_the_operator_reaches_the_processes():
    """Y5: what stands in .env is not replaced by a default or by nothing."""
    own = PASSWORD | {name: f"7{name}" for name in variables_read()}
    for service in OURS:
        environment = started(service, own)
        assert {name: environment[name] for name in own} == own


def test_an_empty_line_of_the_example_leaves_the_keys_to_the_entry_point():
    """Y5: .env.example has empty keys; the containers generate them."""
    example = dotenv_values(ROOT / ".env.example", interpolate=False)
    environment = started("web", PASSWORD | example)
    assert (environment["SECRET_KEY"], environment["JWT_SIGNING_KEY"]) == ("", "")
    assert environment["SITE_URL"] == "https://market.example.com"


@pytest.mark.parametrize("demo", ["", "1"])
def test_the_containers_start_without_further_settings(demo, tmp_path):
    """Y5: the defaults, with the demo and without, are valid in production."""
    environment = started("web", PASSWORD, {"DEMO": demo}) | KEYS
    assert environment["DATABASE_URL"].split("@")[0] == "postgres://market:d2f1"
    assert environment["DEMO"] == (demo or "false")
    load = "from core.env import load_settings; load_settings()"
    done = run("-c", load, **environment | {"STATIC_ROOT": str(tmp_path)})
    assert (done.returncode, done.stderr) == (0, "")


def test_the_database_has_no_default_password():
    """Y5: compose refuses to start without one, and says where to read how."""
    with pytest.raises(ValueError, match=r"^POSTGRES_PASSWORD: write it to \.env"):
        services({})
    assert "POSTGRES_PASSWORD=" in text("docs/deployment.md")


def test_the_images_have_exact_versions(compose):
    """Y5: nothing is upgraded by pulling an image again."""
    images = {service["image"] for service in compose.values()} - {"marketplace:local"}
    images |= set(re.findall(r"^FROM (\S+)", text("Dockerfile"), re.M))
    assert len(images) == 4
    assert [i for i in images if not re.search(r":v?\d+\.\d+\.\d+|:18\.\d+-", i)] == []


def test_the_database_keeps_its_data_in_the_volume(compose):
    """Y5: from 18 on, the image keeps them beside the directory `data`."""
    assert compose["postgres"]["image"].startswith("postgres:18.")
    assert compose["postgres"]["volumes"] == ["postgres:/var/lib/postgresql"]


def megabytes(limit: str) -> int:
    return int(limit[:-1]) * {"m": 1, "g": 1024}[limit[-1]]


def test_every_service_has_a_memory_limit_that_its_own_settings_fit_in(compose):
    """Y5: no service can take the memory of the machine from the others."""
    limits = {name: megabytes(one["mem_limit"]) for name, one in compose.items()}
    web = started("web", PASSWORD)
    picture_mb = int(web["PICTURES_AT_ONCE"]) * 1000  # docs/measurements/memory.md
    assert limits["web"] > int(web["WEB_CONCURRENCY"]) * (150 + picture_mb)
    redis = " ".join(compose["redis"]["command"])
    assert limits["redis"] > int(re.search(r"--maxmemory (\d+)mb", redis)[1])
    assert limits["postgres"] > 2 * megabytes(compose["postgres"]["shm_size"])


def test_the_containers_have_time_to_finish(compose):
    """Y5: what is killed earlier loses the requests and jobs that it works on."""
    grace = {name: int(compose[name]["stop_grace_period"][:-1]) for name in OURS}
    assert grace["web"] > GRACEFUL_S
    assert grace["sockets"] > GRACEFUL_S
    assert grace["worker"] > 60  # the time limit of most jobs


def test_the_containers_wait_for_what_can_be_healthy(compose):
    waits = [
        other
        for service in compose.values()
        for other, wait in service.get("depends_on", {}).items()
        if wait["condition"] == "service_healthy"
    ]
    assert sorted(waits) == ["postgres", "redis", "web", "web"]
    assert "HEALTHCHECK" in text("Dockerfile")
    assert all("test" in compose[name]["healthcheck"] for name in {*waits} - {"web"})


def test_the_containers_listen_on_this_machine_alone(compose):
    ports = [p for s in compose.values() for p in s.get("ports", [])]
    assert [port for port in ports if not port.startswith("127.0.0.1:")] == []


def test_another_port_is_the_same_inside_and_outside():
    own = PASSWORD | {"PORT": "9000"}
    assert services(own)["web"]["ports"] == ["127.0.0.1:9000:9000"]
    assert services(own)["sockets"]["ports"] == ["127.0.0.1:8001:9000"]
    assert started("sockets", PASSWORD, {"PORT": "9000"})["PORT"] == "9000"


def test_the_image_runs_as_an_unprivileged_user():
    last_stage = text("Dockerfile").split("\nFROM ")[-1]
    assert re.findall(r"^USER (\w+)", last_stage, re.M) == ["market"]


def test_the_image_has_a_python_that_the_project_supports():
    """Y5: `.ci/install` installs the requirements with each supported Python."""
    versions = set(re.findall(r"^FROM python:(\d+\.\d+)\.", text("Dockerfile"), re.M))
    assert len(versions) == 1
    assert f"python{versions.pop()}" in text(".ci/install")
