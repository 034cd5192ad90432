"""The systemd units in deploy/systemd, as data and for `systemd-analyze verify`."""

import re
import shlex
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from django.core.management import get_commands

from marketplace.serving.config import GRACEFUL_S
from tests.test_compose import megabytes
from tests.test_compose import services as compose_services
from tests.test_shipping import ROOT

UNITS = ROOT / "deploy" / "systemd"
SERVICES = sorted(UNITS.glob("*.service"))
COMMON = UNITS / "marketplace-.service.d" / "common.conf"
BIN = "/opt/marketplace/.venv/bin"


def settings(path: Path) -> dict[str, str]:
    """Return the settings of a unit by name; the last one of a name counts."""
    return dict(re.findall(r"^(\w+)=(.*)$", path.read_text(), re.M))


def commands(path: Path) -> list[list[str]]:
    """Return the words of the commands that a unit runs."""
    lines = re.findall(r"^Exec(?:Start|StartPre)=(.*)$", path.read_text(), re.M)
    return [shlex.split(line) for line in lines]


def part_of(path: Path) -> str:
    """Return the name that the compose file gives to this service."""
    return re.sub(r"marketplace-|@", "", path.stem)


def test_there_is_a_unit_for_each_part():
    """Y5: the parts are those of the compose file."""
    assert {part_of(path) for path in SERVICES} == {"web", "sockets", "worker"}


@pytest.mark.parametrize("unit", SERVICES, ids=part_of)
def test_the_commands_of_a_unit_exist(unit):
    """Y5: programs, management commands, modules and files are there."""
    for words in commands(unit):
        if words[0] == "/usr/bin/env":
            words = [word for word in words[1:] if "=" not in word]
        program, *arguments = words
        assert (Path(sys.executable).parent / program.removeprefix(f"{BIN}/")).exists()
        if arguments[0] == "manage.py":
            assert arguments[1] in get_commands()
        elif arguments[0] == "-m":
            assert find_spec(arguments[1])
        else:
            assert (ROOT / arguments[-1]).exists()


@pytest.mark.parametrize("unit", SERVICES, ids=part_of)
def test_a_unit_has_the_times_and_the_memory_of_its_container(unit):
    """Y5: nothing is killed while requests or a job may finish."""
    container = compose_services({"POSTGRES_PASSWORD": "d2f1"})[part_of(unit)]
    stop_s = int(settings(unit)["TimeoutStopSec"])
    assert stop_s == int(container["stop_grace_period"].rstrip("s")) > GRACEFUL_S
    files = container.get("ulimits", {}).get("nofile", 0)
    assert int(settings(unit).get("LimitNOFILE", 0)) == files
    limit = settings(unit)["MemoryMax"].lower()
    assert megabytes(limit) == megabytes(container["mem_limit"])


def test_the_web_server_reloads_without_losing_requests():
    """Y5: SIGHUP goes to the main process, as `make reload-check` sends it."""
    web = settings(UNITS / "marketplace-web.service")
    assert web["ExecReload"] == "/bin/kill -HUP $MAINPID"
    assert settings(COMMON)["KillMode"] == "mixed"


def test_the_units_read_the_settings_and_run_without_rights():
    """Y5: one file for all units names the user, the settings and the hardening."""
    common = settings(COMMON)
    assert common["EnvironmentFile"] == "/etc/marketplace/env"  # required: no "-"
    assert common["User"] == "marketplace"
    assert (common["NoNewPrivileges"], common["CapabilityBoundingSet"]) == ("yes", "")
    assert common["ProtectSystem"] == "strict"


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="needs systemd")
def test_systemd_accepts_the_units(tmp_path):
    """Y5: `systemd-analyze verify` has nothing to say."""
    own = shutil.copytree(UNITS, tmp_path / "units")
    for path in own.glob("*.service"):
        text = path.read_text().replace(BIN, str(Path(sys.executable).parent))
        path.write_text(text)
    named = [str(p).replace("@.", "@1.") for p in own.glob("*.service")]
    done = subprocess.run(
        ["systemd-analyze", "verify", *named],
        env={"PATH": "/usr/bin:/bin", "SYSTEMD_UNIT_PATH": f"{own}:"},
        capture_output=True,
        text=True,
    )
    complaints = [line for line in done.stderr.splitlines() if "marketplace-" in line]
    assert complaints == []
