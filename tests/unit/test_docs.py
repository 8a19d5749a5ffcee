"""What the pages say of the arguments, settings and files is so."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from pulumi_dli.job.options import Options
from pulumi_dli.job.spec import FIELDS
from pulumi_dli.settings.sources import SETTINGS

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("examples/*/README.md")])
PARTS = {"jobmanager_resource_spec", "taskmanager_resource_spec", "status", "custom_timeouts"}


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_every_field_of_the_job_has_a_row_in_the_migration_table() -> None:
    text = (ROOT / "docs/migrating.md").read_text()
    rows = re.findall(r"^\| [^|]*`[^|]* \| ([^|]*) \|", text, re.MULTILINE)
    named = {word for row in rows for word in re.findall(r"`([a-z_]+)`", row)}
    words = {"exactly_once", "at_least_once"}
    assert FIELDS.keys() <= named
    assert named - words <= FIELDS.keys() | Options.model_fields.keys() | PARTS


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_every_link_into_the_repository_leads_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", path.read_text()):
        if "://" not in target:
            assert (path.parent / target).exists(), target


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_every_link_to_a_section_finds_its_heading(path: Path) -> None:
    for target, anchor in re.findall(r"\]\(([^)#:]*)#([^)]+)\)", path.read_text()):
        page = path.parent / target if target else path
        headings = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
        assert anchor in map(slug, headings), f"{target}#{anchor}"


def slug(heading: str) -> str:
    """The name that the platforms give a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_every_setting_that_is_named_exists(path: Path) -> None:
    named = set(re.findall(r"\bdli:([a-z][A-Za-z]+)\b(?!:)", path.read_text()))
    actions = {"jobs"}  # rights are spelt alike: dli:jobs:create
    assert named - actions <= SETTINGS.keys()


def test_the_pipeline_of_the_jars_page_builds_before_anything_is_previewed() -> None:
    [block] = re.findall(r"```yaml\n(.*?)```", (ROOT / "docs/jars.md").read_text(), re.DOTALL)
    pipeline = yaml.safe_load(block)
    example = ROOT / "examples/environments/.github/workflows/flink-jobs.yml"
    proven = yaml.safe_load(example.read_text())
    assert pipeline[True] == proven[True]  # `on` in YAML
    [job] = pipeline["jobs"].values()
    *_, build, python, cli, install, preview, up = job["steps"]
    assert build == {"run": "mvn -B package"}
    for name, last in (("preview", preview), ("up", up)):
        assert proven["jobs"][name]["steps"][1:4] == [python, cli, install]
        assert last["if"] == proven["jobs"][name]["if"]
    assert preview["run"] == "pulumi preview --diff --non-interactive --stack prod"
    assert up["run"] == proven["jobs"]["up"]["steps"][-1]["run"].replace(
        "${{ matrix.stack }}", "prod"
    )


def test_nothing_is_installed_from_an_index_that_does_not_have_it() -> None:
    examples = (path for path in ROOT.glob("examples/**/*") if path.suffix in {".md", ".yaml"})
    for path in (*PAGES, *examples):
        assert not re.search(r"pip install [^\n`]*pulumi-dli", path.read_text()), path


def test_every_file_that_contributing_names_exists() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text()
    named = re.findall(r"\b((?:tests|tools|provider|docs)/[\w/.]+\w)", text)
    assert len(named) > 20
    for target in named:
        assert (ROOT / target).exists() or "NAME" in target, target


def test_every_target_that_is_named_exists() -> None:
    makefile = (ROOT / "Makefile").read_text()
    for path in PAGES:
        for target in re.findall(r"`make ([a-z]+)", path.read_text()):
            assert re.search(rf"^{target}:", makefile, re.MULTILINE), f"{path.name}: make {target}"


def test_the_readme_is_two_screens() -> None:
    assert len((ROOT / "README.md").read_text().splitlines()) <= 80


@pytest.mark.parametrize("page", ["settings", "speed", "comparison"])
def test_a_page_of_a_long_table_begins_with_three_of_its_rows(page: str) -> None:
    text = (ROOT / f"docs/{page}.md").read_text()
    first, every = (
        [line for line in part.splitlines() if line.startswith("|")]
        for part in text.split("## All of them")
    )
    assert len(first) == 2 + 3  # its head, and a line below
    assert set(first) < set(every)


def test_every_setting_has_a_row() -> None:
    text = (ROOT / "docs/settings.md").read_text().partition("## All of them")[2]
    named = {
        word
        for line in text.splitlines()
        if line.startswith("| `")
        for word in re.findall(r"`([A-Za-z]+)`", line.split(" | ")[0])
    }
    assert named == SETTINGS.keys()
