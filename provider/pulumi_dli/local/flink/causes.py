"""What a Java stack trace says in one line."""

from __future__ import annotations

import re

CAUSED = re.compile(r"^\s*Caused by: (.+)$", re.MULTILINE)
CHAIN = re.compile(r"^(?:[a-z]\w*\.)+([A-Z][\w$]*(?:Exception|Error)): ")
TIMEOUT = "java.util.concurrent.TimeoutException"
"""Says nothing: what waited tells more."""
LONGEST = 400
"""Characters. `status_desc` is for people; the log has the rest."""


def cause(trace: str) -> str:
    """The innermost `Caused by` that tells, else the first line that says something."""
    found = CAUSED.findall(trace)
    found = [text for text in found if not text.startswith(TIMEOUT)] or found
    lines = [line.strip() for line in trace.splitlines() if line.strip()]
    text = found[-1] if found else next((x for x in lines if not x.endswith("error.")), "")
    return CHAIN.sub(r"\1: ", text.strip())[:LONGEST] or "Flink gives no reason"
