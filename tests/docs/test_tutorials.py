"""Every command that a tutorial shows runs as written, in order, against a fresh demo."""

from __future__ import annotations

import re
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.live import ROOT, Live, running

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TUTORIALS = ("users", "scripts", "partners", "admin")


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    with running(tmp_path_factory.mktemp("docs") / "home") as live:
        yield live


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder to run the commands in: the packages that they name, and nothing of the checkout to soil."""
    desk = tmp_path_factory.mktemp("desk")
    shutil.copytree(ROOT / "packages", desk / "packages")
    return desk


@pytest.mark.parametrize("tutorial", TUTORIALS)
def test_the_commands_of_a_tutorial_work_as_written(tutorial: str, demo: Live, desk: Path) -> None:
    token = demo.token()
    blocks = re.findall(r"```console\n(.*?)```", (ROOT / "docs" / f"{tutorial}.md").read_text("utf-8"), re.DOTALL)
    assert blocks
    script = "set -euo pipefail\n" + "\n".join(without_prompts(block) for block in blocks)
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=desk,
        env=demo.environment | {"TANGRAM_URL": demo.url, "TANGRAM_TOKEN": token},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, f"{done.stdout[-2000:]}\n{done.stderr[-2000:]}"


def without_prompts(block: str) -> str:
    return "\n".join(line.removeprefix("$ ") for line in block.splitlines())
