"""What a plan line announces, by the table "plan phrase → request sequence" of the docs."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from pulumi_dli.job.desired import ARGUMENTS
from pulumi_dli.job.spec import FIELDS

PAGE = Path(__file__).resolve().parents[1] / "docs/architecture.md"
REQUESTS = {
    "create": "create",
    "put": "update",
    "stop savepoint": "stop with savepoint",
    "savepoint": "savepoint",
    "stop": "stop",
    "run resume": "run with state",
    "run": "run",
    "import": "import-savepoint",
    "delete": "delete",
    "tags": "tags",
}
BESIDE = (
    *("if the engine replaces it", "WITHOUT STATE, because job", "restore_from is not used"),
    *("the job ran on behind that savepoint", "nothing is in that directory any more"),
    *("begins from", "the savepoint ", "with it ", "no rollback: "),
    *("if its first start does not come to run", "not known yet"),
)
"""How words of a line begin that announce no request."""
IF_NEW = re.compile(r", or from \S+ if that is new")
"""What a line leaves open of a replacement that it cannot tell from a job that is gone on with."""
IF_REPLACED = re.compile(r"(.*job \d+)(?:: (.*?))?; if the engine replaces it .*?: (.*)")
TAGS = (
    *("tags change", "restart_trigger changes", "restore_from changes"),
    "the ownership mark changes",
    "changes tags, without touching the job",  # what else is done to one that is replaced
    "changes the ownership mark, without touching the job",
)


def _table() -> dict[str, list[str]]:
    text = PAGE.read_text(encoding="utf-8").partition("| phrase | requests |")[2]
    rows = re.findall(r"^\| (.+?) \| (.+?) \|$", text.partition("\n\n")[0], re.MULTILINE)
    return {phrase: requests.split(", ") for phrase, requests in rows}


TABLE = _table()


def phrase_of(part: str) -> str:
    """The table's phrase that a line begins with: the one that says the most."""
    fits = [
        phrase
        for phrase in TABLE
        if re.fullmatch(re.escape(phrase).replace("…", ".*"), part, re.DOTALL)
    ]
    assert fits, f"no phrase of the table fits {part!r}"
    return max(fits, key=lambda phrase: len(phrase.replace("…", "")))


def of_this_run(line: str, *, replaced: bool) -> str:
    """A line as it holds for a run in which the engine replaces the job, or does not."""
    found = IF_REPLACED.search(line)
    if found is None:
        return line
    return f"{found[1]}: {found[3]}; {found[2] or ''}" if replaced else line[: found.start(3)]


def announced(line: str, *, replaced: bool = False) -> list[str]:
    """The requests that a plan line announces.

    Args:
        line: the line.
        replaced: whether the engine replaces the job, so that what the line says of that holds.
    """
    if replaced:
        line = of_this_run(line, replaced=True)
    phrase, *details = re.sub(r"^[\w-]+: ", "", line).split("; ")
    details = [each for each in details if not each.startswith(BESIDE)]
    if phrase.startswith("REPLACES THE JOB"):
        return _moved(phrase) + (announced("; ".join(details)) if details else [])
    if phrase.startswith(("takes over job", "goes on with job")):
        first = IF_NEW.sub("", phrase.partition(": ")[2])
        details = [first] * bool(first and not first.startswith(BESIDE)) + details
        mark = ["tags"] * phrase.startswith("takes")
        rest = announced("; ".join(details)) if details else []
        return rest if mark and rest[:1] == mark else mark + rest
    requests = TABLE[phrase_of("; ".join([phrase, *details]) if "CANNOT" in phrase else phrase)]
    if requests[0].partition(";")[0] == "nothing":
        return []
    named = {detail.split(" ")[0] for detail in details}
    shown = {
        "[bucket]": ["update"] * ("obs_bucket is set first" in details),
        "[savepoint]": ["savepoint"]
        * any(each in details for each in ("takes a savepoint", "takes a savepoint first")),
        "[update]": ["update"] * bool(named & FIELDS.keys() - {"tags"}),
        "[tags]": ["tags"] * any(detail in TAGS for detail in details),
    }
    return [real for request in requests for real in shown.get(request, [request])]


def either(line: str) -> list[list[str]]:
    """What a line announces of a replacement: two ways, where it leaves open which."""
    plain = announced(line, replaced=True)
    if not IF_NEW.search(line):
        return [plain]
    before = [request for request in plain[:-1] if request != "tags"]
    return [plain, [*before, "tags", "import-savepoint", "run with state"]]


def _moved(phrase: str) -> list[str]:
    """The requests of a replacement elsewhere, by the words behind its reason."""
    words = [each.removeprefix("another is ") for each in phrase.partition(": ")[2].split(", ")]
    carried = any(each.startswith("and started from ") for each in words)
    says = {
        "it is stopped there with a savepoint": ["stop with savepoint"],
        "it is stopped there": ["stop"],
        "it is stopped there WITHOUT A SAVEPOINT": ["stop"],
        "goes to job": ["import-savepoint"],
        "created here": ["create", *["import-savepoint"] * carried],
        "created here and left stopped": ["create"],
        "created here and left stopped with its savepoint": ["create", "import-savepoint"],
        "deleted there": ["delete"],
        "and started": ["run"],
    }
    words = [re.sub(r"( left stopped) with .*", r"\1 with its savepoint", each) for each in words]
    words = [re.sub(r".*(goes to job) .*", r"\1", each) for each in words]
    real = [request for each in words for request in says.get(each, [])]
    return real + ["run with state"] * carried


def requests(shorts: Iterable[str]) -> list[str]:
    """Requests in the table's words, from their short forms; several of tags in a row are one."""
    real: list[str] = []
    for short in shorts:
        name = next(name for key, name in REQUESTS.items() if short.startswith(key))
        if name != "tags" or real[-1:] != ["tags"]:
            real.append(name)
    return real


def plan_lines(told: Iterable[str]) -> list[str]:
    """The lines of plans among all that was told, however loud."""
    heads = ((text, text.partition(": ")[0]) for text in told)
    name = re.compile(r"(?!job |queues )[\w -]+")
    return [text for text, head in heads if name.fullmatch(head) and head not in ARGUMENTS]
