"""What is said of a jar before it starts, held against Flink's own client."""

from __future__ import annotations

import io
import shutil
import subprocess
import uuid
from pathlib import Path

import pytest
from jars import SHAPES
from pulumi_dli.artifacts import inspection
from pulumi_dli.local.errors import FlinkError
from pulumi_dli.local.flink import compiler, configuration, install, java

HERE = Path(__file__).parent


def test_flink_starts_what_has_no_problem_and_refuses_what_has_one(
    flink_version: str, tmp_path: Path
) -> None:
    judge = compiler.jar(HERE / "Judge.java", flink_version, tmp_path)
    lines = []
    for index, shape in enumerate(SHAPES.values()):
        jar = tmp_path / f"{index}.jar"
        jar.write_bytes(shape.jar)
        lines.append(f"{jar}\t{shape.main_class or ''}\n")
    (tmp_path / "jars").write_text("".join(lines))
    path = ":".join(map(str, [judge, *install.jars(flink_version)]))
    done = subprocess.run(
        [java.find().java, *configuration.SMALL, "-cp", path, "Judge", tmp_path / "jars"],
        capture_output=True,
        text=True,
        check=True,
    )
    said = [line[7:] for line in done.stdout.splitlines() if line.startswith("judged\t")]
    assert dict(zip(SHAPES, (each == "starts" for each in said), strict=True)) == {
        name: shape.starts for name, shape in SHAPES.items()
    }, said
    for name, shape in SHAPES.items():
        found = inspection.of_entrypoint(
            io.BytesIO(shape.jar),
            main_class=shape.main_class,
            flink=(1, 20),
            dependencies=False,
            own_image=False,
        )
        assert not (found.problems and shape.starts), name


def test_what_was_compiled_once_is_not_compiled_again(flink_version: str, tmp_path: Path) -> None:
    source, texts = tmp_path / "Once.java", [uuid.uuid4().hex for _ in range(2)]
    made: list[bytes] = []
    for text in (texts[0], texts[1], texts[0]):
        source.write_text(f'public class Once {{ static String text = "{text}"; }}')
        made.append(compiler.jar(source, flink_version, tmp_path).read_bytes())
    assert made[0] == made[2] != made[1]
    kept = [
        file
        for file in (install.cache() / "pulumi-dli" / "compiled").rglob("Once.jar")
        if file.read_bytes() in made
    ]
    assert len(kept) == 2
    for file in kept:
        file.write_bytes(b"kept")
    assert compiler.jar(source, flink_version, tmp_path).read_bytes() == b"kept"
    for file in kept:
        shutil.rmtree(file.parent)


def test_a_source_that_is_not_there(flink_version: str, tmp_path: Path) -> None:
    with pytest.raises(FlinkError, match=r"Gone\.java cannot be read: No such file"):
        compiler.jar(tmp_path / "Gone.java", flink_version, tmp_path)
