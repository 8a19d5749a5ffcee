"""Flags and numbers in spellings that pydantic takes and a person would not mean.

`"yes"` and 1 are no flags, True and `"1_000"` are no numbers. The configuration of a stack
gives every value as text, so `"true"` and `"4"` are taken.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import get_args

from pydantic import BaseModel

from pulumi_dli.job.desired import Desired
from pulumi_dli.job.options import Options
from pulumi_dli.job.spec import JobSpec
from pulumi_dli.rules.messages import NOT_A_FLAG, NOT_WHOLE, Location, Problem

_WHOLE = re.compile(r"\s*[+-]?[0-9]+(?:\.0*)?\s*")
_NUMBER = re.compile(r"\s*[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?\s*")


def misspelled(desired: Desired) -> Iterator[Problem]:
    """Each flag and number that is not written as one."""
    for model in (JobSpec, Options):
        yield from _inside(model, desired.given, ())


def _inside(model: type[BaseModel], values: object, where: Location) -> Iterator[Problem]:
    if not isinstance(values, Mapping):
        return
    for name, field in model.model_fields.items():
        value = values.get(name)
        if value is None:
            continue
        for kind in get_args(field.annotation) or (field.annotation,):
            if kind is bool and not _is_flag(value):
                yield Problem.of((*where, name), NOT_A_FLAG)
            elif kind is int and not _is_number(value, _WHOLE):
                yield Problem.of((*where, name), NOT_WHOLE)
            elif kind is float and not _is_number(value, _NUMBER):
                yield Problem.of((*where, name), "is not a number; use one")
            elif isinstance(kind, type) and issubclass(kind, BaseModel):
                yield from _inside(kind, value, (*where, name))


def _is_flag(value: object) -> bool:
    return isinstance(value, bool) or str(value).lower() in ("true", "false")


def _is_number(value: object, form: re.Pattern[str]) -> bool:
    if isinstance(value, str):
        return form.fullmatch(value) is not None
    return not isinstance(value, bool)
