"""Image, compose file, manifests and unit, held to the code and to each other."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.deploy.conftest import DEPLOY, program
from tests.verifier.description import DOCUMENT
from verifier.configuration import load
from verifier.settings import PREFIX, Settings

ROOT = DEPLOY.parent
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
OBJECTS: dict[str, dict[str, Any]] = {
    document["kind"]: document
    for document in yaml.safe_load_all((DEPLOY / "kubernetes" / "verifier.yaml").read_text())
}
DOCKERFILE = (DEPLOY / "Dockerfile").read_text()
POD: dict[str, Any] = OBJECTS["Deployment"]["spec"]["template"]["spec"]
LABELS = {"app.kubernetes.io/name": "dosepass-verifier"}
USER = 10001
BUILT = shutil.ignore_patterns("__pycache__", "*.egg-info")


def pins(path: Path) -> set[str]:
    return set(re.findall(r"^([a-z0-9._-]+==\S+)", path.read_text(), re.MULTILINE))


# --- the image


def test_the_image_has_the_locked_packages_and_no_others() -> None:
    assert pins(DEPLOY / "verifier.lock") <= pins(ROOT / "requirements.lock")
    text = (DEPLOY / "verifier.lock").read_text()
    entries = re.split(r"\n(?=[a-z0-9])", text)
    assert all("--hash=sha256:" in entry for entry in entries)
    heavy = ("opencv", "numpy", "sqlalchemy", "matplotlib", "pytest")
    assert not [name for name in heavy if re.search(rf"^{name}", text, re.MULTILINE)]


def test_the_image_has_every_package_that_the_verifier_names() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = project["dependencies"] + project["optional-dependencies"]["verifier"]
    names = {re.split(r"[^a-z0-9._-]", one.lower())[0] for one in wanted}
    locked = {pin.partition("==")[0] for pin in pins(DEPLOY / "verifier.lock")}
    assert len(names) > 10
    assert names - locked == set()


def test_what_is_copied_into_the_image_is_there_and_not_ignored() -> None:
    ignored = (DEPLOY / "Dockerfile.dockerignore").read_text()
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, re.MULTILINE)
    sources = [source for line in copied for source in line.split()]
    assert len(sources) >= 9
    for source in sources:
        assert (ROOT / source).exists(), source
        assert f"!{source}\n" in ignored, source


def test_the_image_runs_without_root_and_knows_when_it_is_well() -> None:
    last = DOCKERFILE.rpartition("FROM ")[2]
    assert f"USER {USER}:{USER}" in last
    assert last.index("USER") < last.index("ENTRYPOINT")
    assert "127.0.0.1:8080/healthz" in last
    assert f"EXPOSE {Settings.__dataclass_fields__['port'].default}" in last
    assert "STOPSIGNAL SIGTERM" in last


def test_the_settings_of_the_image_are_known() -> None:
    environ = dict(re.findall(rf"({PREFIX}\w+)=(\S+)", DOCKERFILE))
    assert load({}, environ | {f"{PREFIX}ANYONE_MAY_ASK": "true"}).settings.trust == Path("/trust")


def test_the_steps_of_the_image_make_a_verifier(tmp_path: Path) -> None:
    """No engine builds it here: what is copied, and nothing else, is installed and asked."""
    source, target = tmp_path / "src", tmp_path / "site"
    source.mkdir()
    for name in re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, re.MULTILINE):
        for part in name.split():
            if (ROOT / part).is_dir():
                shutil.copytree(ROOT / part, source / part, ignore=BUILT)
            else:
                shutil.copy(ROOT / part, source / Path(part).name)
    build = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index",
             "--no-build-isolation", "--target", str(target), str(source)]  # fmt: skip
    subprocess.run(build, check=True, timeout=120)  # noqa: S603  # our own command
    asked = subprocess.run(
        [sys.executable, "-m", "verifier.cli", "check-config", "--trust", "/trust"],
        cwd=tmp_path, env={"PATH": os.environ["PATH"], "PYTHONPATH": str(target)},
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert (asked.returncode, asked.stderr) == (0, "")
    assert (target / "spec" / "openapi" / "verifier.yaml").exists()
    assert (target / "verifier" / "page" / "files" / "page.html").exists()


# --- compose


def settings_of(environment: dict[str, str]) -> Settings:
    image = dict(re.findall(rf"({PREFIX}\w+)=(\S+)", DOCKERFILE))
    return load({}, image | environment).settings


def test_two_verifiers_with_settings_that_are_known() -> None:
    first, second = (COMPOSE["services"][f"verifier-{number}"] for number in (1, 2))
    assert settings_of(first["environment"]).trust_url == "http://bundle:8081/"
    assert settings_of(second["environment"]).trust_url is None
    assert second["volumes"] == ["trust:/trust:ro"]


@pytest.mark.parametrize("name", sorted(COMPOSE["services"]))
def test_every_container_is_locked_down(name: str) -> None:
    service = COMPOSE["services"][name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["tmpfs"]
    assert ("ports" in service) == (name == "proxy")


def test_files_and_volumes_of_compose_are_there() -> None:
    for service in COMPOSE["services"].values():
        for volume in service.get("volumes", []):
            source = volume.partition(":")[0]
            if source.startswith("./"):
                assert (DEPLOY / source).is_file(), source
            elif not source.startswith("$"):
                assert source in COMPOSE["volumes"]
        for needed in service.get("depends_on", []):
            assert needed in COMPOSE["services"]
    build = COMPOSE["services"]["verifier-1"]["build"]
    assert (DEPLOY / build["context"] / build["dockerfile"]).resolve() == DEPLOY / "Dockerfile"


def test_the_proxy_leads_to_the_verifiers_of_compose() -> None:
    upstream = re.findall(r"^ +server (\S+):(\d+)", (DEPLOY / "nginx.conf").read_text(), re.M)
    assert upstream == [("verifier-1", "8080"), ("verifier-2", "8080")]


# --- Kubernetes


def test_there_is_one_of_each_kind() -> None:
    assert set(OBJECTS) == {
        "ConfigMap", "Deployment", "Service", "PodDisruptionBudget", "HorizontalPodAutoscaler",
        "NetworkPolicy",
    }  # fmt: skip
    versions = {kind: document["apiVersion"] for kind, document in OBJECTS.items()}
    assert versions["PodDisruptionBudget"] == "policy/v1"
    assert versions["HorizontalPodAutoscaler"] == "autoscaling/v2"
    assert versions["NetworkPolicy"] == "networking.k8s.io/v1"


def test_the_settings_of_the_pod_are_known(tmp_path: Path) -> None:
    file = tmp_path / "verifier.toml"
    file.write_text(OBJECTS["ConfigMap"]["data"]["verifier.toml"])
    settings = load({"config": str(file)}, {}).settings
    assert settings.keys == Path("/keys/keys.json")
    assert settings.grace + 5 < POD["terminationGracePeriodSeconds"]
    assert POD["enableServiceLinks"] is False


def test_labels_and_ports_lead_to_the_pods() -> None:
    assert OBJECTS["Deployment"]["spec"]["template"]["metadata"]["labels"] == LABELS
    for kind in ("Deployment", "PodDisruptionBudget"):
        assert OBJECTS[kind]["spec"]["selector"]["matchLabels"] == LABELS
    assert OBJECTS["Service"]["spec"]["selector"] == LABELS
    assert OBJECTS["NetworkPolicy"]["spec"]["podSelector"]["matchLabels"] == LABELS
    [container] = POD["containers"]
    [port] = container["ports"]
    assert OBJECTS["Service"]["spec"]["ports"][0]["targetPort"] == port["name"]
    assert OBJECTS["NetworkPolicy"]["spec"]["ingress"][0]["ports"][0]["port"] == 8080
    target = OBJECTS["HorizontalPodAutoscaler"]["spec"]["scaleTargetRef"]
    assert (target["kind"], target["name"]) == ("Deployment", "dosepass-verifier")


def test_every_mount_has_its_volume() -> None:
    volumes = {volume["name"] for volume in POD["volumes"]}
    containers = [*POD["containers"], *POD["initContainers"]]
    mounts = {mount["name"] for container in containers for mount in container["volumeMounts"]}
    assert mounts == volumes


def test_stale_trust_takes_no_pod_away() -> None:
    """With /readyz in a probe, all would go at once, and people would get a proxy's error."""
    [container] = POD["containers"]
    for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
        path = container[probe]["httpGet"]["path"]
        assert path == "/healthz"
        assert path in DOCUMENT["paths"]
    assert "/readyz" not in yaml.safe_dump(COMPOSE) + DOCKERFILE


def test_pods_are_locked_down() -> None:
    assert POD["securityContext"]["runAsNonRoot"] is True
    assert POD["securityContext"]["runAsUser"] == USER
    assert POD["automountServiceAccountToken"] is False
    for container in (*POD["containers"], *POD["initContainers"]):
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
        assert container["resources"]["limits"]["memory"]


def test_a_disruption_leaves_some_and_scaling_begins_with_two() -> None:
    scaler = OBJECTS["HorizontalPodAutoscaler"]["spec"]
    assert scaler["minReplicas"] > OBJECTS["PodDisruptionBudget"]["spec"]["minAvailable"]
    assert "replicas" not in OBJECTS["Deployment"]["spec"]  # else each apply undoes the scaling


# --- systemd


def test_the_settings_of_the_unit_are_known() -> None:
    settings = load({"config": str(DEPLOY / "verifier.toml")}, {}).settings
    assert settings.trust == Path("/var/lib/dosepass/trust")
    unit = (DEPLOY / "dosepass-verifier.service").read_text()
    stop = re.search(r"^TimeoutStopSec=(\d+)$", unit, re.MULTILINE)
    assert stop is not None
    assert settings.grace < int(stop[1])


def test_systemd_finds_nothing_wrong(tmp_path: Path) -> None:
    analyze = program("systemd-analyze", "systemd")
    unit = (DEPLOY / "dosepass-verifier.service").read_text()
    here = tmp_path / "dosepass-verifier.service"
    here.write_text(unit.replace("/opt/dosepass/bin/", f"{Path(sys.executable).parent}/"))
    checked = subprocess.run(  # noqa: S603  # our own command
        [analyze, "verify", "--man=no", str(here)], capture_output=True, text=True, check=False
    )
    assert [line for line in checked.stderr.splitlines() if here.name in line] == []
    assert checked.returncode == 0, checked.stderr
