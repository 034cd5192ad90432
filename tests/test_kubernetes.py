"""The manifests in deploy/kubernetes, as data."""

import re

import kubernetes_validate
import pytest
import yaml
from django.core.management import get_commands

from core.web.health import HEALTH_CHECKS
from marketplace.serving.config import GRACEFUL_S
from tests.test_compose import KEYS, OURS
from tests.test_compose import services as compose_services
from tests.test_production import run
from tests.test_shipping import NAME, ROOT, text, variables_read

FOLDER = ROOT / "deploy" / "kubernetes"
OLDEST = "1.31"  # that the manifests are written for
MAX_CONNECTIONS = 100 - 3  # PostgreSQL's defaults: all, and those of superusers
DOCUMENTS = [
    document
    for path in sorted(FOLDER.glob("*.yaml"))
    if path.name != "kustomization.yaml"
    for document in yaml.safe_load_all(path.read_text())
]
KUSTOMIZATION = yaml.safe_load((FOLDER / "kustomization.yaml").read_text())
PODS = {
    document["metadata"]["name"].removeprefix("marketplace-"): document["spec"][
        "template"
    ]["spec"]
    for document in DOCUMENTS
    if document["kind"] in {"Deployment", "Job"}
}
CONTAINERS = {name: pod["containers"][0] for name, pod in PODS.items()}


def of_kind(kind: str) -> dict[str, dict]:
    """Return the documents of a kind by name."""
    return {d["metadata"]["name"]: d for d in DOCUMENTS if d["kind"] == kind}


def megabytes(quantity: str) -> int:
    return int(quantity[:-2]) * {"Mi": 1, "Gi": 1024}[quantity[-2:]]


@pytest.mark.parametrize("version", [OLDEST, kubernetes_validate.latest_version()])
@pytest.mark.parametrize(
    "document", DOCUMENTS, ids=lambda d: f"{d['kind']} {d['metadata']['name']}"
)
def test_every_manifest_is_valid(document, version):
    """Y5: no field is unknown to Kubernetes, or of another type."""
    assert kubernetes_validate.validate(document, str(version), strict=True)


def test_the_kustomization_applies_everything_but_the_template_of_the_secret():
    """Y5: empty values never replace those of the operator."""
    files = {path.name for path in FOLDER.glob("*.yaml")}
    assert files - {*KUSTOMIZATION["resources"]} == {
        "kustomization.yaml",
        "secret.yaml",
    }
    secret = of_kind("Secret")["marketplace"]["stringData"]
    assert set(secret.values()) == {""}


def test_the_variables_are_those_that_the_settings_read():
    """Y5: a name that nothing reads would be a setting lost."""
    given = {
        *of_kind("ConfigMap")["marketplace"]["data"],
        *of_kind("Secret")["marketplace"]["stringData"],
        *(one["name"] for c in CONTAINERS.values() for one in c.get("env", [])),
    }
    of_the_entry = set(re.findall(rf"\$\{{({NAME})", text("docker/entrypoint.sh")))
    assert given - variables_read() - of_the_entry == set()


def test_production_starts_with_the_configuration(tmp_path):
    """Y5: with keys and addresses in the secret, nothing is missing or unsafe."""
    secret = of_kind("Secret")["marketplace"]["stringData"]
    filled = (
        secret | KEYS | {"REDIS_URL": "redis://redis", "STATIC_ROOT": str(tmp_path)}
    )
    config = of_kind("ConfigMap")["marketplace"]["data"]
    load = "from core.env import load_settings; load_settings()"
    done = run("-c", load, **config | filled)
    assert (done.returncode, done.stderr) == (0, "")
    assert config["KEYS_DIR"] == ""  # pods with keys of their own would not agree


def test_the_pods_run_the_image_and_the_commands_of_the_containers():
    """Y5: image, command and port are those of the compose file and the Dockerfile."""
    compose = compose_services({"POSTGRES_PASSWORD": "d2f1"})
    assert {c["image"] for c in CONTAINERS.values()} == {
        compose["web"]["image"].split(":")[0]
    }
    assert [one["name"] for one in KUSTOMIZATION["images"]] == ["marketplace"]
    commands = {name: c.get("args") for name, c in CONTAINERS.items()}
    assert commands.pop("migrate")[-1] in get_commands()
    assert commands == {name: compose[name].get("command") for name in OURS}
    [port] = re.findall(r"PORT=(\d+)", text("Dockerfile"))
    for name in ("web", "sockets"):
        assert CONTAINERS[name]["ports"] == [
            {"name": "http", "containerPort": int(port)}
        ]


def test_requests_arrive_at_pods_that_answer():
    """Y5: probes and routes name what is there."""
    for name in ("web", "sockets"):
        for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
            assert CONTAINERS[name][probe]["httpGet"]["path"] in HEALTH_CHECKS
        assert CONTAINERS[name]["livenessProbe"]["httpGet"]["path"] == "/health"
    [rule] = of_kind("Ingress")["marketplace"]["spec"]["rules"]
    routes = {
        path["path"]: path["backend"]["service"]["name"]
        for path in rule["http"]["paths"]
    }
    assert routes == {"/ws": "marketplace-sockets", "/": "marketplace-web"}
    assert set(of_kind("Service")) == set(routes.values())


@pytest.mark.parametrize("name", PODS)
def test_a_pod_has_no_rights_and_limited_memory(name):
    """Y5: no root, no writable image, no token of the cluster, no unlimited memory."""
    pod, container = PODS[name], CONTAINERS[name]
    assert pod["automountServiceAccountToken"] is False
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert f"--uid {pod['securityContext']['runAsUser']} " in text("Dockerfile")
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    config = of_kind("ConfigMap")["marketplace"]["data"]
    needed = 150 + 1000 * int(config["PICTURES_AT_ONCE"]) * (name == "web")
    assert megabytes(container["resources"]["limits"]["memory"]) > needed


def test_a_pod_has_time_to_finish():
    """Y5: nothing is killed while requests or a job may finish."""
    compose = compose_services({"POSTGRES_PASSWORD": "d2f1"})
    for name in OURS:
        grace = PODS[name]["terminationGracePeriodSeconds"]
        assert grace >= int(compose[name]["stop_grace_period"].rstrip("s"))
    for name in ("web", "sockets"):
        stop = CONTAINERS[name]["lifecycle"]["preStop"]["exec"]["command"]
        grace = PODS[name]["terminationGracePeriodSeconds"]
        assert grace > GRACEFUL_S + int(stop[1])


def test_all_pods_together_fit_into_the_connections_of_the_database():
    """Y5: also while a release adds one pod to each part."""
    replicas = {
        name.removeprefix("marketplace-"): d["spec"].get("replicas")
        for name, d in of_kind("Deployment").items()
    }
    [scaler] = of_kind("HorizontalPodAutoscaler").values()
    replicas |= {"web": scaler["spec"]["maxReplicas"], "migrate": 0}
    processes = int(of_kind("ConfigMap")["marketplace"]["data"]["WEB_CONCURRENCY"])
    connections = 0
    for name, container in CONTAINERS.items():
        [pool] = [e["value"] for e in container["env"] if e["name"] == "DB_POOL_MAX"]
        each = int(pool) * (processes if name == "web" else 1)
        connections += (replicas[name] + 1) * each
    assert connections < MAX_CONNECTIONS
