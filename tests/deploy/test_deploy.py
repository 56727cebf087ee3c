"""The files of deploy/ as far as they can be looked at without running them: systemd's own checks, what they copy, how long they wait."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from app import LAST_SECONDS
from ui.serve import GRACE

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"


def unit() -> dict[str, str]:
    lines = (DEPLOY / "planseek.service").read_text("utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))


def seconds(given: str) -> int:
    return int(given.removesuffix("s"))


@pytest.fixture
def analyze() -> str:
    found = shutil.which("systemd-analyze")
    if found is None:
        pytest.skip("systemd-analyze is not installed")
    return found


def test_systemd_understands_every_line(analyze: str, tmp_path: Path) -> None:
    text = (DEPLOY / "planseek.service").read_text("utf-8").replace("/opt/planseek/.venv/bin/planseek serve", "/bin/true serve")
    (tmp_path / "planseek.service").write_text(text, "utf-8")
    done = subprocess.run([analyze, "verify", "--man=no", tmp_path / "planseek.service"], capture_output=True, text=True)
    said = [line for line in (done.stdout + done.stderr).splitlines() if "planseek" in line]
    assert (done.returncode, said) == (0, [])


def test_systemd_finds_the_service_hardened(analyze: str) -> None:
    done = subprocess.run([analyze, "security", "--offline=true", "--threshold=15", DEPLOY / "planseek.service"], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-300:] + done.stderr


def test_the_service_is_given_the_time_that_it_takes_to_stop() -> None:
    assert seconds(unit()["TimeoutStopSec"]) > GRACE + LAST_SECONDS
    assert unit()["KillMode"] == "mixed" and unit()["Restart"] == "on-failure"


def test_the_image_is_made_of_what_is_here_and_runs_as_nobody_special() -> None:
    text = (DEPLOY / "Dockerfile").read_text("utf-8")
    makefile = (ROOT / "Makefile").read_text("utf-8")
    for name in ("TORCH", "UV"):
        (here,), (there,) = re.findall(rf"ARG {name}=(\S+)", text), re.findall(rf"^{name} := (\S+)", makefile, re.MULTILINE)
        assert here == there
    assert set(re.findall(r"^FROM (\S+)", text, re.MULTILINE)) == {"python:3.11-slim-bookworm"}
    assert all((ROOT / source).exists() for source in re.findall(r"^COPY (\S+)", text, re.MULTILINE) if not source.startswith("--"))
    assert text.index("USER planseek") < text.index("CMD [\"planseek\"") and "HEALTHCHECK" in text and "/v1/live" in text
    assert not re.search(r"https?://(?!127\.0\.0\.1)", text)


def test_what_the_image_needs_is_not_left_out() -> None:
    left_out = (DEPLOY / "Dockerfile.dockerignore").read_text("utf-8").split()
    assert ".git" in left_out and ".planseek" in left_out
    needed = ("app.py", "requirements.lock", "pyproject.toml", "README.md", "LICENSE", "routes", "benchmarks", "docs")
    assert all((ROOT / name).exists() for name in needed) and not set(needed) & set(left_out)


def test_compose_runs_one_service_that_can_write_its_own_data_only() -> None:
    yaml = pytest.importorskip("yaml", reason="PyYAML is not installed")
    compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))
    (service,) = compose["services"].values()
    assert (DEPLOY / service["build"]["context"] / service["build"]["dockerfile"]).resolve() == DEPLOY / "Dockerfile"
    assert service["read_only"] and service["cap_drop"] == ["ALL"] and service["volumes"] == ["planseek:/var/lib/planseek"]
    assert all(port.startswith("127.0.0.1:") for port in service["ports"])
    assert seconds(service["stop_grace_period"]) > GRACE + LAST_SECONDS
    assert set(compose["volumes"]) == {"planseek"}
