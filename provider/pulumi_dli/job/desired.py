"""What a program wants of one job: its inputs, read once in each call into one typed value."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from pulumi_dli.job.canonical import differs
from pulumi_dli.job.options import LOCAL_SETTLE, PROVIDED, Options
from pulumi_dli.job.run_state import OTHER_BYTES, is_found
from pulumi_dli.job.spec import FIELDS, JobSpec

ARGUMENTS = (*FIELDS, *Options.model_fields)
"""The names that a program may use."""

_Model = TypeVar("_Model", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Desired:
    """A program's whole wish for one job.

    Attributes:
        spec: the definition, as far as it is known and valid.
        options: the provider's own arguments, likewise.
        owner: the ownership mark; "" where there is none.
        former: the marks that the resource had under its aliases.
        retained: whether a delete leaves the job alone (`retain_on_delete`).
        created_first: whether the engine creates before it deletes where it replaces a job in its
            place, so that the create meets the job and goes on with it.
        loss_told: whether the run has said that the job's state is given up; without that
            nothing is done that would give it up.
        armed_told: whether the run has said that the job goes back if its new definition fails.
        local: whether the job is on the local DLI.
        given: the known inputs as the program spelled them, for the state.
        unknown: names of inputs that are not known yet in a preview, wholly or in part.
        wrong: what is wrong with single values, in pydantic's words; they are in neither
            `spec` nor `options`.
        open: names of arguments that nothing can be concluded from: not known yet, or not valid.
    """

    spec: JobSpec
    options: Options
    owner: str = ""
    former: frozenset[str] = frozenset()
    retained: bool = False
    created_first: bool = False
    loss_told: bool = False
    armed_told: bool = False
    local: bool = False
    given: Mapping[str, Any] = field(default_factory=dict)
    unknown: frozenset[str] = frozenset()
    wrong: tuple[ErrorDetails, ...] = ()
    open: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        # Once: every rule asks for it.
        invalid = (str(error["loc"][0]) for error in self.wrong)
        object.__setattr__(self, "open", self.unknown.union(invalid))

    @classmethod
    def read(cls, inputs: Mapping[str, Any], unknown: frozenset[str] = frozenset()) -> Desired:
        """Read inputs as the engine brings them. Null counts as left out.

        Args:
            inputs: what is known of the inputs, and perhaps more.
            unknown: names of inputs that are not known yet.
        """
        given = {
            name: value
            for name, value in inputs.items()
            if value is not None and name not in unknown
        }
        if str(given.get("entrypoint_args", "x")).isspace():  # no argument at all
            given["entrypoint_args"] = ""
        former = given.get("former_owners")
        spec, of_spec = _read(JobSpec, FIELDS, given)
        options, of_options = _read(Options, Options.model_fields, given)
        return cls(
            spec=spec,
            options=options,
            owner=str(given.get("owner") or ""),
            former=frozenset(map(str, former if isinstance(former, list) else ())),
            retained=given.get("retained") is True,
            given=given,
            unknown=unknown,
            wrong=(*of_spec, *of_options),
        )

    def fill(self, values: Mapping[str, Any]) -> Desired:
        """The same wish with values in place of what the program left out or wrote."""
        more = Desired.read(values)
        options = {name: getattr(more.options, name) for name in more.options.model_fields_set}
        return replace(
            self,
            spec=self.spec.model_copy(
                update={n: more.spec.value(n) for n in more.spec.set_names()}
            ),
            options=self.options.model_copy(update=options),
            given={**self.given, **more.given},
            wrong=(*self.wrong, *more.wrong),
        )

    def known_by(self, value: Callable[[str], Any]) -> Desired:
        """The same wish with what a job has in place of what is not known yet."""
        names = self.unknown.intersection(ARGUMENTS) - {"desired_state"}  # that is as it is found
        return self.fill({name: had for name in names if (had := value(name)) is not None})

    @property
    def name(self) -> str:
        """The job's name; "" while it is not known."""
        return self.spec.name or ""

    @property
    def definition(self) -> dict[str, Any]:
        """The fields that are set, as a program would write them; tags go their own way."""
        names = (name for name in self.spec.set_names() if name != "tags")
        return {name: self.spec.value(name) for name in names}

    @property
    def running(self) -> bool:
        """Whether the job should run."""
        return self.options.desired_state == "running"

    @property
    def settle(self) -> float:
        """Seconds that a job must run before its start counts."""
        allowed = self.options.timeouts
        quick = self.local and "settle" not in allowed.model_fields_set
        return LOCAL_SETTLE if quick else allowed.settle

    @property
    def as_found(self) -> bool:
        """Whether the run state is one that a refresh found; it is taken as it stands."""
        return is_found(self.given.get("desired_state"))

    @property
    def stale(self) -> bool:
        """Whether that one is of a job that runs, but on other bytes than there are now."""
        return bool(self.given.get("desired_state") == OTHER_BYTES)

    @property
    def stateful(self) -> bool:
        """Whether restarts keep state: `upgrade_mode` resolves to savepoint."""
        mode = self.options.upgrade_mode
        return mode == "savepoint" or (mode is None and self.spec.obs_bucket is not None)

    @property
    def marks(self) -> tuple[str, ...]:
        """The marks that show a job to be this resource's, the present one first."""
        return (self.owner, *sorted(self.former - {self.owner}))

    def without(self, name: str) -> Desired:
        """The same wish without one of the provider's own arguments; the state keeps it."""
        return replace(self, options=self.options.model_copy(update={name: None}))

    @property
    def strange(self) -> tuple[str, ...]:
        """Names in the program that no argument has."""
        known = {*ARGUMENTS, *PROVIDED}
        return tuple(name for name in (*self.given, *self.unknown) if name not in known)

    def knows(self, *names: str) -> bool:
        """Whether all these arguments are known and valid, be they set or left out."""
        return self.open.isdisjoint(names)

    def value(self, name: str) -> Any:
        """An argument in its canonical type; None where it is left out, unknown or not valid."""
        if name in FIELDS:
            return self.spec.value(name)
        if name == "desired_state" and name not in self.open and self.as_found:
            return self.given[name]
        value = getattr(self.options, name)
        return value.model_dump(exclude_unset=True) if isinstance(value, BaseModel) else value

    def changes(self, before: Desired, names: Iterable[str] = ARGUMENTS) -> bool:
        """Whether one of these arguments is not known yet or not what it was."""
        doubtful = self.unknown | before.open
        if not doubtful and _identical(before.given, self.given):
            return False
        return any(name in doubtful or self._differs(name, before) for name in names)

    def given_as_in(self, before: Desired | None) -> dict[str, Any]:
        """The arguments that are set, known and valid, each in its canonical type.

        One that equals the stored one is given as it is stored, whatever its type and
        spelling, so that a diff shows real changes only; None where nothing is stored.

        Args:
            before: the inputs that the last run stored; None for a new resource.
        """
        names = [name for name in ARGUMENTS if name in self.given and name not in self.open]
        return {
            name: before.given.get(name)
            if before is not None and self.keeps(name, before)
            else self._typed(name)
            for name in names
        }

    def _typed(self, name: str) -> Any:
        """An argument in its canonical type; one that holds nothing as it is written."""
        value = self.value(name)
        return self.given[name] if value is None else value

    def keeps(self, name: str, before: Desired) -> bool:
        """Whether an argument equals the stored one; an empty field equals one left out."""
        if name not in before.given:
            return name in FIELDS and not self._differs(name, before)
        if _identical(before.given[name], self.given[name]):
            return True
        return name not in before.open and not self._differs(name, before)

    def _differs(self, name: str, before: Desired) -> bool:
        unordered = name in FIELDS and FIELDS[name].unordered
        return differs(name, before, self, unordered=unordered)


def _identical(left: object, right: object) -> bool:
    """Whether two plain values are the same in type too; True and 1 are not."""
    if isinstance(left, Mapping) and isinstance(right, Mapping):
        return left.keys() == right.keys() and all(
            _identical(item, right[key]) for key, item in left.items()
        )
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(_identical, left, right))
    return type(left) is type(right) and left == right


def _read(
    model: type[_Model], names: Iterable[str], given: Mapping[str, Any]
) -> tuple[_Model, list[ErrorDetails]]:
    """The valid arguments as a model, and what is wrong with the others."""
    values = {name: given[name] for name in names if name in given}
    try:
        return model.model_validate(values), []
    except ValidationError as error:
        wrong = error.errors(include_url=False, include_context=True)
        invalid = {each["loc"][0] for each in wrong}
        valid = {name: value for name, value in values.items() if name not in invalid}
        return model.model_validate(valid), wrong
