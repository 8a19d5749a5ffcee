"""Wrong programs, each with the sentences that it gets, word for word."""

# ruff: noqa: E501, RUF001 -- a sentence that stands whole can be searched for

from __future__ import annotations

from typing import Any

RIGHT: dict[str, Any] = {"name": "orders", "queue_name": "q", "entrypoint": "obs://b/a.jar"}
SECRET = "TOPSECRET"

NO_FLAGS = ("yes", "on", "1", "t", 1.0, 0.0)
NO_NUMBERS = (True, "1_000", "0x10", "1e3", "١٢", "two", "")
CONTROLS = ("\n", "\x00", "\x7f", "\x85", "\u2028", "\u202e")
ONE_LINE = ("smn_topic", "main_class", "checkpoint_path", "restore_from", "execution_agency_urn")
NO_BUCKETS = (
    *("..", "a/b", "ABC", "ab", "a" * 64, "-ab", "ab-", ".ab", "a..b", "a.-b", "a-.b"),
    *("10.0.0.1", "bücher", "a_b", "a b", "١٢٣"),
)
NO_BUCKET = "obs_bucket: is not the name of a bucket; use 3 to 63 lower-case letters, digits, `-` and `.`, with a letter or a digit at both ends and beside each `.`, and no IP address"

WRONG: list[tuple[dict[str, Any], list[str]]] = [
    ({"name": None}, ["name: is required; set it"]),
    ({"name": ""}, ["name: is empty; remove it or give it a value"]),
    ({"name": "x" * 58}, ["name: has 58 characters, and 57 are allowed; shorten it"]),
    (
        {"name": "orders etl"},
        ["name: may hold letters, digits, `-` and `_` only; remove the others"],
    ),
    ({"name": 5}, ["name: has the wrong type; use text"]),
    *(
        ({name: text}, [f"{path}: has {most + 1} characters, and {most} are allowed; shorten it"])
        for name, path, most, text in (
            ("entrypoint", "entrypoint", 1094, "obs://b/" + "k" * 1087),
            ("dependency_jars", "dependency_jars[1]", 1094, ["a/b", "obs://b/" + "k" * 1087]),
            ("dependency_files", "dependency_files[0]", 1094, ["obs://b/" + "k" * 1087]),
            ("restore_from", "restore_from", 1094, "obs://b/" + "k" * 1086 + "/"),
            ("checkpoint_path", "checkpoint_path", 1094, "b/" + "k" * 1092 + "/"),
            ("smn_topic", "smn_topic", 255, "t" * 256),
            ("execution_agency_urn", "execution_agency_urn", 255, "a" * 256),
            ("main_class", "main_class", 1024, "a." * 512 + "A"),
            ("restart_trigger", "restart_trigger", 4096, "x" * 4097),
            ("entrypoint_args", "entrypoint_args", 131072, "x" * 131073),
            ("entrypoint_args", "entrypoint_args", 131072, ["x" * 65536, "x" * 65536]),
            ("runtime_config", "runtime_config.k", 131072, {"k": "x" * 131073, "l": "x"}),
        )
    ),
    (
        {"image": "o/" + "x" * 511, "feature": "custom", "flink_version": "1.15" + ".1" * 15},
        [
            "flink_version: has 34 characters, and 32 are allowed; shorten it",
            "image: has 513 characters, and 512 are allowed; shorten it",
        ],
    ),
    ({"desc": "x" * 2049}, ["desc: has 2049 characters, and 2048 are allowed; shorten it"]),
    (
        {"queue_name": None},
        ['queue_name: a job that runs needs a queue; set it, or desired_state="stopped"'],
    ),
    (
        {"queue_name": "a-b"},
        ["queue_name: may hold letters, digits and `_` only; remove the others"],
    ),
    (
        {"entrypoint": None},
        ['entrypoint: a job that runs needs a jar; set it, or desired_state="stopped"'],
    ),
    ({"cu_number": 0.0}, ["cu_number: 0 is too small; use 2 or more"]),
    ({"cu_number": 10001.0}, ["cu_number: 10001 is too large; use 10000 or less"]),
    ({"cu_number": 2.5}, ["cu_number: is not a whole number; use one"]),
    ({"cu_number": "two"}, ["cu_number: is not a whole number; use one"]),
    ({"cu_number": float("inf")}, ["cu_number: is not a finite number; use one"]),
    ({"parallel_number": 2001.0}, ["parallel_number: 2001 is too large; use 2000 or less"]),
    ({"tm_slot_num": -1.0}, ["tm_slot_num: -1 is too small; use 0 or more"]),
    ({"checkpoint_enabled": "maybe"}, ["checkpoint_enabled: is not a flag; use True or False"]),
    (
        {"checkpoint_enabled": True},
        ["checkpoint_enabled: checkpoints need a bucket; set obs_bucket"],
    ),
    (
        {"checkpoint_mode": "often"},
        [
            "checkpoint_mode: is not one of the choices; use 'exactly_once' or 'at_least_once'",
        ],
    ),
    ({"checkpoint_interval": 0.0}, ["checkpoint_interval: 0 is too small; use 1 or more"]),
    (
        {"checkpoint_path": "b/c/", "checkpoint_enabled": True, "obs_bucket": "state"},
        ["checkpoint_path: cannot be chosen while checkpoint_enabled is true; remove one of them"],
    ),
    ({"log_enabled": True}, ["log_enabled: logs need a bucket; set obs_bucket"]),
    ({"obs_bucket": ""}, ["obs_bucket: is empty; remove it or give it a value"]),
    (
        {"entrypoint_args": {"a": SECRET}},
        ["entrypoint_args: has the wrong type; use text, or a list of texts"],
    ),
    (
        {"entrypoint_args": ["--password", {SECRET: 1}]},
        ["entrypoint_args[1]: has the wrong type; use text"],
    ),
    (
        {"entrypoint_args": ["--rate 3", f"x {SECRET}"]},
        [
            f"entrypoint_args[{index}]: is empty or holds a space, which separates arguments; "
            "write each argument as an item of its own"
            for index in (0, 1)
        ],
    ),
    ({"dependency_jars": "a.jar"}, ["dependency_jars: has the wrong type; use a list"]),
    (
        {"dependency_jars": ["a.jar", ""]},
        ["dependency_jars[1]: is empty; remove it or give it a value"],
    ),
    (
        {"resume_max_num": 0.0},
        ["resume_max_num: 0 is not allowed; use 1 or more, or -1 for no limit"],
    ),
    ({"resume_max_num": -2.0}, ["resume_max_num: -2 is too small; use -1 or more"]),
    ({"runtime_config": f"a={SECRET}"}, ["runtime_config: has the wrong type; use a mapping"]),
    ({"runtime_config": {"a": [SECRET]}}, ["runtime_config.a: has the wrong type; use text"]),
    (
        {"resource_config_version": "v3"},
        ["resource_config_version: is not one of the choices; use 'v1' or 'v2'"],
    ),
    (
        {"resource_config": {"max_slot": 1.0}},
        [
            (
                'resource_config: says nothing without v2; set resource_config_version="v2", or '
                "remove it"
            ),
        ],
    ),
    (
        {
            "resource_config_version": "v2",
            "resource_config": {
                "job_manager_resource_spec": {},
                "taskmanager_resource_spec": {"cpu": 0.1, "memory": "lots"},
            },
        },
        [
            (
                "resource_config.job_manager_resource_spec: there is no such argument; did you "
                "mean jobmanager_resource_spec?"
            ),
            "resource_config.taskmanager_resource_spec.cpu: 0.1 is too small; use 0.5 or more",
            (
                "resource_config.taskmanager_resource_spec.memory: is not a size of memory; write "
                "it as `4G` or `2048 MB`"
            ),
        ],
    ),
    (
        {"feature": "fast"},
        ["feature: is not one of the choices; use 'basic' or 'custom'"],
    ),
    ({"flink_version": 1.15}, ["flink_version: has the wrong type; use text"]),
    ({"tags": {"pulumi-owner": "x"}}, ["tags.pulumi-owner: this key is reserved; choose another"]),
    ({"tags": {"_sys_x": "x"}}, ["tags._sys_x: this key is reserved; choose another"]),
    ({"tags": {"k" * 129: "x"}}, [f"tags.{'k' * 40}…: the key has 129 characters; use 1 to 128"]),
    (
        {"tags": {"k": "v" * 256}},
        ["tags.k: has 256 characters, and 255 are allowed; shorten it"],
    ),
    (
        {"tags": {f"k{n}": "v" for n in range(20)}},
        ["tags: there are 20, and 19 are allowed beside the ownership tag; remove some"],
    ),
    (
        {"desired_state": "paused"},
        ["desired_state: is not one of the choices; use 'running' or 'stopped'"],
    ),
    (
        {"upgrade_mode": "savepoint"},
        ["upgrade_mode: savepoints need a bucket; set obs_bucket, or use `stateless`"],
    ),
    (
        {"on_delete": "savepoint"},
        ["on_delete: a savepoint needs a bucket; set obs_bucket, or use `stop`"],
    ),
    ({"restart_trigger": ""}, ["restart_trigger: is empty; remove it or give it a value"]),
    ({"adopt_job_id": 0.0}, ["adopt_job_id: 0 is too small; use 1 or more"]),
    (
        {"project_id": "my-project"},
        ["project_id: has the wrong form; use 1 to 64 letters and digits"],
    ),
    ({"timeouts": {"create": 0.0}}, ["timeouts.create: 0 is too small; use more than 0"]),
    ({"timeouts": {"settle": -1.0}}, ["timeouts.settle: -1 is too small; use 0 or more"]),
    (
        {"timeouts": {"creation": 5.0}},
        ["timeouts.creation: there is no such argument; did you mean create?"],
    ),
    ({"cu_num": 2.0}, ["cu_num: there is no such argument; did you mean cu_number?"]),
    (
        {"colour": "red"},
        ["colour: there is no such argument; remove it; docs/fields.md lists them all"],
    ),
    (
        {"name": "a b", "queue_name": None, "cu_number": 0.0, "log_enabled": True},
        [
            "cu_number: 0 is too small; use 2 or more",
            "log_enabled: logs need a bucket; set obs_bucket",
            "name: may hold letters, digits, `-` and `_` only; remove the others",
            'queue_name: a job that runs needs a queue; set it, or desired_state="stopped"',
        ],
    ),
    (
        {"entrypoint": f"s3://bucket/{SECRET}.jar"},
        [
            "entrypoint: names neither an object of OBS nor a DLI package; write it as `obs://bucket/key` or `group/file`"
        ],
    ),
    (
        {"entrypoint": "./target/a.jar", "dependency_jars": ["/home/me/lib.jar"]},
        [
            "dependency_jars[0]: names neither an object of OBS nor a DLI package; write it as `obs://bucket/key` or `group/file`; a local file is given as pulumi.FileAsset(…)",
            "entrypoint: names neither an object of OBS nor a DLI package; write it as `obs://bucket/key` or `group/file`; a local file is given as pulumi.FileAsset(…)",
        ],
    ),
    (
        {"entrypoint": "bucket/folder/a.jar"},
        [
            "entrypoint: names neither an object of OBS nor a DLI package; write it as `obs://bucket/key` or `group/file`; a local file is given as pulumi.FileAsset(…)"
        ],
    ),
    (
        {"entrypoint": "obs://bucket"},
        [
            "entrypoint: names neither an object of OBS nor a DLI package; write it as `obs://bucket/key` or `group/file`"
        ],
    ),
    (
        {"dependency_jars": ["g/a.jar", f"https://u:{SECRET}@h/a.jar"]},
        [
            "dependency_jars[1]: names neither an object of OBS nor a DLI package; write it as `obs://bucket/key` or `group/file`"
        ],
    ),
    (
        {"dependency_files": ["obs://bucket/"]},
        [
            "dependency_files[0]: names neither an object of OBS nor a DLI package; write it as `obs://bucket/key` or `group/file`"
        ],
    ),
    (
        {"checkpoint_path": SECRET},
        ["checkpoint_path: is not a directory of a bucket; write it as `obs://bucket/folder/`"],
    ),
    (
        {"restore_from": f"s3://{SECRET}/x"},
        ["restore_from: is not a directory of a bucket; write it as `obs://bucket/folder/`"],
    ),
    (
        {"obs_bucket": f"obs://{SECRET}"},
        ["obs_bucket: holds more than a bucket's name; write the name alone, without `obs://`"],
    ),
    (
        {"smn_topic": f"urn:smn:eu-de:{SECRET}:alerts"},
        ["smn_topic: takes the topic's name, not its URN; write the part after the last `:`"],
    ),
    (
        {"execution_agency_urn": f"iam::{SECRET}:agency:flink"},
        [
            "execution_agency_urn: takes the agency's name, in spite of its own; write the name alone"
        ],
    ),
    (
        {"feature": "custom", "image": SECRET},
        ["image: is not the path of an image; write it as `organization/name:tag`"],
    ),
    (
        {"image": "shop/etl:1"},
        ['image: says nothing without feature="custom"; set that, or remove the image'],
    ),
    ({"feature": "custom"}, ['feature: "custom" needs an image; set image, or use "basic"']),
    (
        {"execution_agency_urn": "flink", "flink_version": "1.12"},
        [
            "execution_agency_urn: works from Flink 1.15 on only; set a newer flink_version, or remove it"
        ],
    ),
    (
        {"flink_version": "1.17", "entrypoint": "a.jar", "dependency_jars": ["g/a.jar"]},
        [
            "dependency_jars[0]: Flink after 1.15 takes packages from OBS only; write it as `obs://bucket/key`; a local file is given as pulumi.FileAsset(…)",
            "entrypoint: Flink after 1.15 takes packages from OBS only; write it as `obs://bucket/key`; a local file is given as pulumi.FileAsset(…)",
        ],
    ),
    (
        {"resource_config_version": "v2", "cu_number": 4.0, "tm_cus": 1.0},
        [
            'cu_number: says nothing with resource_config_version="v2"; remove it, and set the size in resource_config',
            'tm_cus: says nothing with resource_config_version="v2"; remove it, and set the size in resource_config',
        ],
    ),
    (
        {"manager_cu_number": 2.0},
        [
            "cu_number: 2 CUs hold no TaskManager of 1 beside a JobManager of 2; use cu_number=3 or manager_cu_number=1"
        ],
    ),
    (
        {"parallel_number": 20.0},
        [
            "parallel_number: 20 is more than 2 CUs carry, 4 for each; use cu_number=6 or parallel_number=4"
        ],
    ),
    (
        {"cu_number": 4.0, "tm_cus": 5.0},
        [
            "cu_number: 4 CUs hold no TaskManager of 5 beside a JobManager of 1; use cu_number=6 or tm_cus=3"
        ],
    ),
    (
        {
            "resource_config_version": "v2",
            "resource_config": {
                "jobmanager_resource_spec": {"memory": "1G"},
                "taskmanager_resource_spec": {"memory": "512 MB"},
            },
        },
        [
            "resource_config.jobmanager_resource_spec.memory: 1 GB is too little; use 2 GB or more",
            "resource_config.taskmanager_resource_spec.memory: 0.5 GB is too little; use 2 GB or more",
        ],
    ),
    (
        {"tags": {f"a({SECRET})": "x"}},
        [
            "tags.a…: the key holds one of ( ) * < > \\ | or a space at an end; use letters, digits, inner spaces and _ . : + - @"
        ],
    ),
    (
        {"tags": {"team": f"<{SECRET}>"}},
        [
            "tags.team: holds one of ( ) * < > \\ | or a space at an end; use letters, digits, inner spaces and _ . : + - @"
        ],
    ),
    (
        {"timeouts": {"create": 60.0, "settle": 60.0}},
        ["timeouts.settle: is not less than timeouts.create, so no start could count; use less"],
    ),
    (
        {
            "obs_bucket": "..",
            "restart_when_exception": "yes",
            "resume_max_num": "1_000",
            "smn_topic": f"{SECRET}\n",
            "main_class": f"{SECRET} ",
            "tags": {"team": f"x,{SECRET}", "cost\x00": "x"},
            "region": f"{SECRET}/x",
        },
        [
            "main_class: begins or ends with a space; remove it",
            NO_BUCKET,
            "region: has the wrong form; use 1 to 64 letters, digits, `-` and `_`",
            "restart_when_exception: is not a flag; use True or False",
            "resume_max_num: is not a whole number; use one",
            "smn_topic: holds a control character, such as a line break; remove it",
            "tags.cost…: the key holds a control character, such as a line break; remove it",
            "tags.team: holds a comma, which separates tags where jobs are listed by them; use another character",
        ],
    ),
]

VARIANTS: list[tuple[dict[str, Any], list[str]]] = [
    (
        {"timeouts": {"settle": 3000.0}},
        [
            "timeouts.settle: is not less than timeouts.create, which is 1200 by default, so no start could count; use less, or set timeouts.create",
            "timeouts.settle: is not less than timeouts.update, which is 1800 by default, so no start could count; use less, or set timeouts.update",
        ],
    ),
    (
        {"timeouts": {"settle": "1200", "update": 3600.0}},
        [
            "timeouts.settle: is not less than timeouts.create, which is 1200 by default, so no start could count; use less, or set timeouts.create",
        ],
    ),
    *(
        ({"timeouts": {"create": value}}, ["timeouts.create: is not a finite number; use one"])
        for value in (float("inf"), float("nan"), "inf", "NaN")
    ),
    *(
        ({"timeouts": {"create": value}}, ["timeouts.create: is not a number; use one"])
        for value in (True, "1_000")
    ),
    *(
        ({"resume_max_num": value}, ["resume_max_num: is not a whole number; use one"])
        for value in NO_NUMBERS
    ),
    *(
        (
            {"restart_when_exception": value},
            ["restart_when_exception: is not a flag; use True or False"],
        )
        for value in NO_FLAGS
    ),
    (
        {"cu_number": True, "tm_slot_num": 1e18, "resume_max_num": 2.0**31},
        [
            "cu_number: is not a whole number; use one",
            "resume_max_num: 2147483648 is too large; use 2147483647 or less",
            "tm_slot_num: 1000000000000000000 is too large; use 10000 or less",
        ],
    ),
    ({"adopt_job_id": -(10**400)}, ["adopt_job_id: the value is too small; use 1 or more"]),
    (
        {"adopt_job_id": 10**400},
        ["adopt_job_id: the value is too large; use 9223372036854775807 or less"],
    ),
    ({"timeouts": {"create": -1e255}}, ["timeouts.create: -1e+255 is too small; use more than 0"]),
    *(({"obs_bucket": name}, [NO_BUCKET]) for name in NO_BUCKETS),
    *(
        (
            {"tags": {"team": text}},
            ["tags.team: holds a control character, such as a line break; remove it"],
        )
        for text in CONTROLS
    ),
    *(
        (
            {"tags": {f"team{text}": "x"}},
            ["tags.team…: the key holds a control character, such as a line break; remove it"],
        )
        for text in CONTROLS
    ),
    (
        {"tags": {"a,b": "x", "team": f"x,{SECRET}", "long": "x" * 256, "pulumi-x": "x"}},
        [
            "tags.a…: the key holds a comma, which separates tags where jobs are listed by them; use another character",
            "tags.long: has 256 characters, and 255 are allowed; shorten it",
            "tags.pulumi-x: this key is reserved; choose another",
            "tags.team: holds a comma, which separates tags where jobs are listed by them; use another character",
        ],
    ),
    *(
        (
            {name: f"{SECRET}/x\n"},
            [f"{name}: holds a control character, such as a line break; remove it"],
        )
        for name in ONE_LINE
    ),
    *(
        ({name: f" {SECRET}/x"}, [f"{name}: begins or ends with a space; remove it"])
        for name in ONE_LINE
    ),
    (
        {"dependency_jars": ["obs://b/a.jar\u200b", "obs://b\x00/a.jar", 5]},
        [
            "dependency_jars[0]: begins or ends with a space; remove it",
            "dependency_jars[1]: holds a control character, such as a line break; remove it",
            "dependency_jars[2]: has the wrong type; use text",
        ],
    ),
    ({"desc": "a\x00b"}, ["desc: holds a control character; remove it"]),
    (
        {"entrypoint_args": "--a \x1b[1m", "runtime_config": {"a": "\x00", "b\n": "c"}},
        [
            "entrypoint_args: holds a control character; remove it",
            "runtime_config.a: holds a control character; remove it",
            "runtime_config.b…: the key holds a control character, such as a line break; remove it",
        ],
    ),
    *(
        ({name: "\ud800"}, [f"{name}: holds half of a character, which cannot be sent; remove it"])
        for name in ("desc", "main_class", "restart_trigger", "name", "region", "cu_number")
    ),
    (
        {"runtime_config": {"\udfff": "x"}},
        ["runtime_config: a key holds half of a character, which cannot be sent; remove it"],
    ),
    ({"tags": {"level": float("nan")}}, ["tags.level: is not a finite number; use one"]),
    *(
        ({"name": name}, ["name: may hold letters, digits, `-` and `_` only; remove the others"])
        for name in ("orders\n", "bücher", "orders١٢", " orders")
    ),
    (
        {"queue_name": "q\n"},
        ["queue_name: may hold letters, digits and `_` only; remove the others"],
    ),
    *(
        (
            {"region": value},
            ["region: has the wrong form; use 1 to 64 letters, digits, `-` and `_`"],
        )
        for value in ("", "eu de", "eu-de\n", f"{SECRET}/x")
    ),
    ({"region": [SECRET]}, ["region: has the wrong type; use text"]),
    *(
        (
            {
                "resource_config_version": "v2",
                "resource_config": {"taskmanager_resource_spec": {"memory": memory}},
            },
            [
                "resource_config.taskmanager_resource_spec.memory: is not a size of memory; write it as `4G` or `2048 MB`"
            ],
        )
        for memory in ("4 T", "٤G", "4G\x00", "4_0G", "-4G", "4e1G", "")
    ),
    (
        {
            "resource_config_version": "v2",
            "resource_config": {
                "max_slot": True,
                "jobmanager_resource_spec": {"cpu": float("inf"), "memory": "1G"},
            },
        },
        [
            "resource_config.jobmanager_resource_spec.cpu: is not a finite number; use one",
            "resource_config.jobmanager_resource_spec.memory: 1 GB is too little; use 2 GB or more",
            "resource_config.max_slot: is not a whole number; use one",
        ],
    ),
    (
        {"cu_number\n": 1.0, "k" * 300: 1.0},
        [
            "cu_number?: there is no such argument; did you mean cu_number?",
            f"{'k' * 40}…: there is no such argument; remove it; docs/fields.md lists them all",
        ],
    ),
    (
        {"entrypoint_args": ["--a b", 5.0, None, ""]},
        [
            "entrypoint_args[0]: is empty or holds a space, which separates arguments; write each argument as an item of its own",
            "entrypoint_args[2]: has the wrong type; use text",
            "entrypoint_args[3]: is empty or holds a space, which separates arguments; write each argument as an item of its own",
        ],
    ),
]
"""Further ones, in every form, some of which no engine can carry."""
