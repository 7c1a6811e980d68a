import re
from pathlib import Path

from scanloft.core.settings import BridgeSettings

ROOT = Path(__file__).parents[2]
DOCKERFILE = ROOT / "dicom_bridge" / "Dockerfile"


def instructions(name: str) -> list[str]:
    joined = DOCKERFILE.read_text().replace("\\\n", " ")
    return re.findall(rf"^{name} (.*)$", joined, flags=re.MULTILINE)


def test_everything_that_is_copied_exists() -> None:
    copies = instructions("COPY")
    assert copies
    for copy in copies:
        *sources, _ = [part for part in copy.split() if not part.startswith("--")]
        for source in sources:
            assert (ROOT / source).exists(), source


def test_the_container_runs_as_nobody_in_particular() -> None:
    *_, user = instructions("USER")
    assert user not in {"root", "0"}


def test_port_and_spool_are_those_of_the_settings() -> None:
    settings = BridgeSettings(inbox_bucket="inbox", receivers="CT1=trial-a")
    assert instructions("EXPOSE") == [str(settings.bridge_port)]
    assert instructions("VOLUME") == [settings.spool_dir]


def test_every_imported_room_is_in_the_image() -> None:
    sources = {part for copy in instructions("COPY") for part in copy.split()}
    modules = set()
    for file in (ROOT / "dicom_bridge").glob("*.py"):
        found = re.findall(r"^from (scanloft\.\w+|dicom_bridge)", file.read_text(), re.MULTILINE)
        modules |= {module.replace(".", "/") for module in found}
    assert modules <= {source.rstrip("/") for source in sources}
