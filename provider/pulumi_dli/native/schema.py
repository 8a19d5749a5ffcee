"""The package's schema, for all languages, from the tables of fields and settings."""

from __future__ import annotations

import types
from collections.abc import Iterator
from dataclasses import fields
from importlib.metadata import version
from typing import Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from pulumi_dli.job.naming import NATIVE_TYPE
from pulumi_dli.job.object_url import OBJECTS
from pulumi_dli.job.options import Options, Timeouts
from pulumi_dli.job.spec import SECRET_FIELDS, JobSpec, ResourceConfig, ResourceSpec
from pulumi_dli.native.queries import GET_JOB, GET_QUEUE, LIST_JOBS
from pulumi_dli.results import GetFlinkJarJobResult, GetQueueResult
from pulumi_dli.settings.sources import SETTINGS

DISTRIBUTION = "pulumi-dli"
_PARTS = {
    model: f"dli:index:{model.__name__}" for model in (ResourceConfig, ResourceSpec, Timeouts)
}
_JOB = "dli:index:GetFlinkJarJobResult"
_TEXT = {"type": "string"}
_TEXTS = {"type": "object", "additionalProperties": _TEXT}
_SIMPLE = {str: "string", int: "integer", float: "number", bool: "boolean"}
_SETTING_TYPES: dict[str, dict[str, Any]] = {
    "insecure": {"type": "boolean"},
    "maxRetries": {"type": "integer"},
    "defaultTags": _TEXTS,
    "ignoreTags": {"type": "array", "items": _TEXT},
}
_OUTPUTS: dict[str, tuple[dict[str, Any], str]] = {
    "status": (_TEXT, "Status on the service, such as `job_running`."),
    "status_desc": (_TEXT, "The service's own words on the status."),
    "create_time": ({"type": "number"}, "When the job was created, in epoch milliseconds."),
    "start_time": ({"type": "number"}, "When it started last, in epoch milliseconds; 0 if never."),
    "update_time": (
        {"type": "number"},
        "When its definition was changed last, in epoch milliseconds.",
    ),
    "has_savepoint": ({"type": "boolean"}, "Whether a savepoint waits to be started from."),
    "savepoint_path": (_TEXT, "The latest savepoint's directory."),
    "restart_times": ({"type": "integer"}, "How often the service restarted the job by itself."),
    "real_cu_number": ({"type": "number"}, "CUs that the job really takes."),
    "endpoint": (_TEXT, "The DLI endpoint that the job is on."),
    "owner": (_TEXT, "The ownership mark on the job."),
    "set_arguments": (
        {"type": "array", "items": _TEXT},
        "The names of the arguments that the program set.",
    ),
    "unset": (
        {"type": "object", "additionalProperties": {"$ref": "pulumi.json#/Any"}},
        "The arguments that the program leaves out and that do not stand at their default.",
    ),
}
_VERSIONED = {"respectSchemaVersion": True}
"""Else a generated package waits for a release process to write its version, and does not run."""
_SURE = ("status", "create_time", "start_time", "update_time", "endpoint", "owner", "name")
"""Outputs that every job has."""


def plugin_version() -> str:
    """The version of the plugin, which is that of the package."""
    return version(DISTRIBUTION)


def schema() -> dict[str, Any]:
    """The whole schema."""
    arguments = {**JobSpec.model_fields, **Options.model_fields}
    inputs = {name: _argument(name, field) for name, field in arguments.items()}
    outputs = {
        **{name: _argument(name, field, output=True) for name, field in arguments.items()},
        **{name: {**shape, "description": text} for name, (shape, text) in _OUTPUTS.items()},
    }
    settings = {
        key: {
            **_SETTING_TYPES.get(key, _TEXT),
            "description": f"{setting.words[0].upper()}{setting.words[1:]}.",
            **({"secret": True} if setting.secret else {}),
        }
        for key, setting in SETTINGS.items()
    }
    return {
        "name": "dli",
        "displayName": "DLI",
        "version": plugin_version(),
        "description": "Flink Jar jobs on Open Telekom Cloud DLI and Huawei Cloud DLI.",
        "config": {"variables": settings},
        "provider": {"inputProperties": settings},
        "types": dict(_types()),
        "resources": {
            NATIVE_TYPE: {
                "description": "A Flink Jar job on Open Telekom Cloud DLI or Huawei Cloud DLI.",
                "inputProperties": inputs,
                "properties": outputs,
                "required": list(_SURE),
            }
        },
        "functions": dict(_functions()),
        # A generated package must not take the place of ours.
        "language": {
            "python": {
                "packageName": "pulumi_dli_generated",
                "pyproject": {"enabled": True},
                **_VERSIONED,
            },
            "nodejs": {"packageName": "@pulumi/dli", **_VERSIONED},
            "go": {
                "importBasePath": "dli/sdk/go/dli",
                "generateResourceContainerTypes": False,
                **_VERSIONED,
            },
            "csharp": _VERSIONED,
        },
    }


def _argument(name: str, field: FieldInfo, *, output: bool = False) -> dict[str, Any]:
    shape = _shape(field.annotation)
    if name in OBJECTS and not output:
        shape = _with_file(shape)
    found = {**shape, "description": str(field.description)}
    if name in SECRET_FIELDS:
        found["secret"] = True
    if name in ("region", "project_id"):
        found["willReplaceOnChanges"] = True
    return found


def _with_file(shape: dict[str, Any]) -> dict[str, Any]:
    """An object's name, or a local file."""
    if shape["type"] == "array":
        return {**shape, "items": _with_file(shape["items"])}
    return {"oneOf": [shape, {"$ref": "pulumi.json#/Asset"}]}


def _shape(annotation: Any) -> dict[str, Any]:
    """The schema of an annotation of the field tables."""
    origin, inner = get_origin(annotation), get_args(annotation)
    if annotation in _PARTS:
        return {"$ref": f"#/types/{_PARTS[annotation]}"}
    if annotation in _SIMPLE:
        return {"type": _SIMPLE[annotation]}
    if origin is Literal:
        return dict(_TEXT)
    if origin in (Union, types.UnionType):
        shapes = [_shape(each) for each in inner if each is not type(None)]
        return shapes[0] if len(shapes) == 1 else {"oneOf": shapes}
    if origin is list:
        return {"type": "array", "items": _shape(inner[0])}
    if origin is dict:
        return {"type": "object", "additionalProperties": _shape(inner[1])}
    return _shape(inner[0])  # Annotated


def _types() -> Iterator[tuple[str, dict[str, Any]]]:
    for model, token in _PARTS.items():
        yield token, _object(model)
    yield _JOB, {"type": "object", **_result(GetFlinkJarJobResult)}


def _object(model: type[BaseModel]) -> dict[str, Any]:
    properties = {
        name: {
            **_shape(field.annotation),
            "description": field.description or "The size of that process.",
        }
        for name, field in model.model_fields.items()
    }
    return {"type": "object", "description": model.__doc__, "properties": properties}


def _functions() -> Iterator[tuple[str, dict[str, Any]]]:
    where = {"region": _TEXT, "project_id": _TEXT}
    job = {"name": _TEXT, "job_id": {"type": "integer"}, **where}
    yield GET_JOB, _function(GetFlinkJarJobResult, job, [], _result(GetFlinkJarJobResult))
    yield (
        GET_QUEUE,
        _function(GetQueueResult, {"name": _TEXT, **where}, ["name"], _result(GetQueueResult)),
    )
    filters = {"queue_name": _TEXT, "status": _TEXT, "tags": _TEXTS, **where}
    jobs = {"jobs": {"type": "array", "items": {"$ref": f"#/types/{_JOB}"}}}
    found = {"properties": jobs, "required": ["jobs"]}
    yield LIST_JOBS, _function(GetFlinkJarJobResult, filters, [], found)


def _function(
    result: type, inputs: dict[str, Any], required: list[str], outputs: dict[str, Any]
) -> dict[str, Any]:
    return {
        "description": str(result.__doc__).partition("\n")[0],
        "inputs": {"type": "object", "properties": inputs, "required": required},
        "outputs": {"type": "object", **outputs},
    }


def _result(result: type) -> dict[str, Any]:
    """The properties of what a look-up returns, from its dataclass."""
    shapes = {
        "int": {"type": "number"},
        "str": _TEXT,
        "bool": {"type": "boolean"},
        "float | None": {"type": "number"},
        "tuple[str, ...]": {"type": "array", "items": _TEXT},
        "Mapping[str, Any]": {
            "type": "object",
            "additionalProperties": {"$ref": "pulumi.json#/Any"},
        },
    }
    properties = {each.name: shapes[str(each.type)] for each in fields(result)}
    return {
        "properties": properties,
        "required": sorted(n for n in properties if n != "used_cu"),
    }
