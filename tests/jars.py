"""Jars and class files made byte by byte, and the ones that Flink can start and cannot."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Iterable, Mapping
from typing import NamedTuple

PUBLIC, PRIVATE, STATIC, FINAL, SUPER = 0x0001, 0x0002, 0x0008, 0x0010, 0x0020
OBJECT, MARKER = "java/lang/Object", "java/io/Serializable"
ORDERS = "com/example/Orders"
LATER = (2026, 1, 2, 3, 4, 6)


class Method(NamedTuple):
    """A method with a body that returns at once."""

    access: int = PUBLIC | STATIC
    name: str = "main"
    descriptor: str = "([Ljava/lang/String;)V"


MAIN = (Method(),)


def a_class(
    name: str = ORDERS,
    methods: Iterable[Method] = MAIN,
    *,
    superclass: str = OBJECT,
    access: int = PUBLIC | SUPER,
    release: int = 8,
) -> bytes:
    """A class file that a JVM loads."""
    constants: list[bytes] = []

    def constant(data: bytes) -> int:
        if data not in constants:
            constants.append(data)
        return constants.index(data) + 1

    def text(value: str) -> int:
        data = value.encode()
        return constant(struct.pack(">BH", 1, len(data)) + data)

    def a_named(value: str) -> int:
        return constant(struct.pack(">BH", 7, text(value)))

    constant(struct.pack(">Bq", 5, 7))
    constants.append(b"")  # a long number takes the place of two
    body = struct.pack(">HHHHH", access, a_named(name), a_named(superclass), 1, a_named(MARKER))
    body += struct.pack(">H", 1) + struct.pack(
        ">HHHH", PUBLIC | STATIC | FINAL, text("count"), text("J"), 0
    )  # a field
    made = list(methods)
    body += struct.pack(">H", len(made))
    for method in made:
        code = b"\x03\xac" if method.descriptor.endswith("I") else b"\xb1"
        attribute = struct.pack(">HHI", 1, 2, len(code)) + code + struct.pack(">HH", 0, 0)
        body += struct.pack(
            ">HHHH", method.access, text(method.name), text(method.descriptor), 1
        ) + struct.pack(">HI", text("Code"), len(attribute))
        body += attribute
    body += struct.pack(">H", 0)
    pool = struct.pack(">H", len(constants) + 1) + b"".join(constants)
    return struct.pack(">IHH", 0xCAFEBABE, 0, 44 + release) + pool + body


def a_manifest(*lines: str) -> str:
    return "".join(f"{line}\r\n" for line in ("Manifest-Version: 1.0", *lines, ""))


def a_jar(
    entries: Mapping[str, str | bytes] | None = None,
    *more: tuple[str, str | bytes],
    main: str | None = "com.example.Orders",
    method: int = zipfile.ZIP_DEFLATED,
    at: tuple[int, int, int, int, int, int] = LATER,
) -> bytes:
    """A jar of a manifest that names the main class, and of entries; None: no manifest."""
    buffer = io.BytesIO()
    every = [*(entries or {}).items(), *more]
    if main is not None:
        lines = [f"Main-Class: {main}"] if main else []
        every.insert(0, ("META-INF/MANIFEST.MF", a_manifest(*lines)))
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, data in every:
            archive.writestr(zipfile.ZipInfo(name, at), data, compress_type=method)
    return buffer.getvalue()


def encrypted(jar: bytes) -> bytes:
    """A jar whose first entry says that it is encrypted."""
    at = jar.index(b"PK\x01\x02") + 8
    return jar[:at] + struct.pack("<H", struct.unpack_from("<H", jar, at)[0] | 1) + jar[at + 2 :]


def of_a_newer_form(jar: bytes) -> bytes:
    """A jar whose directory asks for a reader of version 9.9 for its first entry."""
    at = jar.index(b"PK\x01\x02") + 6
    return jar[:at] + b"\x63" + jar[at + 1 :]


def with_extra(jar: bytes, extra: bytes) -> bytes:
    """A jar with an extra field at the first line of its directory."""
    at = jar.index(b"PK\x01\x02")
    (name,) = struct.unpack_from("<H", jar, at + 28)
    end = jar.rindex(b"PK\x05\x06")
    (size,) = struct.unpack_from("<L", jar, end + 12)
    line = jar[at : at + 30] + struct.pack("<H", len(extra)) + jar[at + 32 : at + 46 + name] + extra
    longer = struct.pack("<L", size + len(extra))
    return jar[:at] + line + jar[at + 46 + name : end + 12] + longer + jar[end + 16 :]


def zip64(jar: bytes) -> bytes:
    """A jar whose entries and end have the form of archives above 4 GB."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive, zipfile.ZipFile(io.BytesIO(jar)) as old:
        for info in old.infolist():
            with archive.open(zipfile.ZipInfo(info.filename), "w", force_zip64=True) as entry:
                entry.write(old.read(info))
    jar = buffer.getvalue()
    _, _, _, _, count, size, at, _ = struct.unpack("<4s4H2LH", jar[-22:])
    end = struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, count, count, size, at)
    locator = struct.pack("<4sLQL", b"PK\6\7", 0, len(jar) - 22, 1)
    old_end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 0xFFFF, 0xFFFF, 2**32 - 1, 2**32 - 1, 0)
    return jar[:-22] + end + locator + old_end


class Shape(NamedTuple):
    """A jar, as a job starts with it.

    Attributes:
        jar: its bytes.
        problem: words of the problem; "": there is none.
        main_class: the argument.
        starts: whether Flink starts it.
    """

    jar: bytes
    problem: str = ""
    main_class: str | None = None
    starts: bool = True


CLASS = f"{ORDERS}.class"


def _fails(jar: bytes, problem: str, main_class: str | None = None) -> Shape:
    return Shape(jar, problem, main_class, starts=False)


NO_MAIN = "but without a `public static void main(String[])`"
ABSENT = "does not hold the class that its manifest names"
ABSENT_ARGUMENT = "does not hold the class that main_class names"
UNNAMED = "names no main class"
_GOOD = a_jar({CLASS: a_class()})

SHAPES = {
    "plain": Shape(_GOOD),
    "stored": Shape(a_jar({CLASS: a_class()}, method=zipfile.ZIP_STORED)),
    "by argument": Shape(a_jar({CLASS: a_class()}, main=None), main_class="com.example.Orders"),
    "argument before manifest": Shape(
        a_jar({CLASS: a_class()}, main="com.example.Missing"), main_class="com.example.Orders"
    ),
    "program-class before Main-Class": Shape(
        a_jar(
            {
                "META-INF/MANIFEST.MF": a_manifest(
                    "Main-Class: a.Missing", "program-class: com.example.Orders"
                ),
                CLASS: a_class(),
            },
            main=None,
        )
    ),
    "a long name, continued": Shape(
        a_jar(
            {
                "META-INF/MANIFEST.MF": a_manifest("Main-Class: com.exam", " ple.Orders"),
                CLASS: a_class(),
            },
            main=None,
        )
    ),
    "attributes in any case": Shape(
        a_jar(
            {
                "meta-inf/manifest.mf": a_manifest("MAIN-class: com.example.Orders"),
                CLASS: a_class(),
            },
            main=None,
        )
    ),
    "Main-Class in a section of an entry": _fails(
        a_jar(
            {
                "META-INF/MANIFEST.MF": a_manifest("", "Name: a", "Main-Class: com.example.Orders"),
                CLASS: a_class(),
            },
            main=None,
        ),
        UNNAMED,
    ),
    "no manifest": _fails(a_jar({CLASS: a_class()}, main=None), UNNAMED),
    "no Main-Class": _fails(a_jar({CLASS: a_class()}, main=""), UNNAMED),
    "no entries": _fails(a_jar(main=None), UNNAMED),
    "absent": _fails(a_jar({"com/example/Other.class": a_class("com/example/Other")}), ABSENT),
    "a slip of the pen": _fails(
        _GOOD, f"{ABSENT_ARGUMENT}; did you mean com.example.Orders?", "com.example.Ordrs"
    ),
    "another package": _fails(
        a_jar({"org/example/Orders.class": a_class("org/example/Orders")}),
        f"{ABSENT}; did you mean org.example.Orders?",
    ),
    "another case": _fails(
        a_jar({CLASS: a_class()}),
        f"{ABSENT_ARGUMENT}; did you mean com.example.Orders?",
        "com.example.orders",
    ),
    "a nested class with a dot": _fails(
        a_jar({"com/example/Orders$Run.class": a_class("com/example/Orders$Run")}),
        f"{ABSENT_ARGUMENT}; did you mean com.example.Orders$Run?",
        "com.example.Orders.Run",
    ),
    "a nested class": Shape(
        a_jar({"com/example/Orders$Run.class": a_class("com/example/Orders$Run")}),
        main_class="com.example.Orders$Run",
    ),
    "a nested class that is not public": Shape(
        a_jar({"com/example/Orders$Run.class": a_class("com/example/Orders$Run", access=SUPER)}),
        main_class="com.example.Orders$Run",
        starts=False,
    ),
    "Kotlin's class of a file": _fails(
        a_jar({"com/example/OrdersKt.class": a_class("com/example/OrdersKt")}),
        f"{ABSENT}; did you mean com.example.OrdersKt?",
    ),
    "slashes": _fails(
        a_jar({CLASS: a_class()}),
        f"{ABSENT_ARGUMENT}; did you mean com.example.Orders?",
        "com/example/Orders",
    ),
    "a file's name": _fails(
        a_jar({CLASS: a_class()}), "did you mean com.example.Orders?", "com.example.Orders.class"
    ),
    "in WEB-INF only": Shape(a_jar({f"BOOT-INF/classes/{CLASS}": a_class()}), starts=False),
    "in a nested jar": Shape(a_jar({"lib/orders.jar": a_jar({CLASS: a_class()}, main=None)})),
    "in another folder's jar": _fails(
        a_jar({"more/orders.jar": a_jar({CLASS: a_class()}, main=None)}), ABSENT
    ),
    "Scala's object": Shape(
        a_jar(
            {
                CLASS: a_class(),
                f"{ORDERS}$.class": a_class(f"{ORDERS}$", [Method(PUBLIC)]),
            }
        )
    ),
    "the inside of Scala's object": _fails(
        a_jar({CLASS: a_class(), f"{ORDERS}$.class": a_class(f"{ORDERS}$", [Method(PUBLIC)])}),
        f"{NO_MAIN}; did you mean com.example.Orders?",
        "com.example.Orders$",
    ),
    "inherited": Shape(
        a_jar(
            {
                CLASS: a_class(methods=(), superclass="com/example/Base"),
                "com/example/Base.class": a_class("com/example/Base"),
            }
        )
    ),
    "inherited from nobody": _fails(
        a_jar(
            {
                CLASS: a_class(methods=(), superclass="com/example/Base"),
                "com/example/Base.class": a_class("com/example/Base", ()),
            }
        ),
        NO_MAIN,
    ),
    "inherited from outside": Shape(
        a_jar({CLASS: a_class(methods=(), superclass="java/util/ArrayList")}), starts=False
    ),
    "no methods": _fails(a_jar({CLASS: a_class(methods=())}), NO_MAIN),
    "of an instance": _fails(a_jar({CLASS: a_class(methods=[Method(PUBLIC)])}), NO_MAIN),
    "private": _fails(a_jar({CLASS: a_class(methods=[Method(PRIVATE | STATIC)])}), NO_MAIN),
    "of the package": _fails(a_jar({CLASS: a_class(methods=[Method(STATIC)])}), NO_MAIN),
    "without arguments": _fails(
        a_jar({CLASS: a_class(methods=[Method(descriptor="()V")])}), NO_MAIN
    ),
    "of one text": _fails(
        a_jar({CLASS: a_class(methods=[Method(descriptor="(Ljava/lang/String;)V")])}), NO_MAIN
    ),
    "another name": _fails(a_jar({CLASS: a_class(methods=[Method(name="Main")])}), NO_MAIN),
    "with a result": Shape(
        a_jar({CLASS: a_class(methods=[Method(descriptor="([Ljava/lang/String;)I")])})
    ),
    "behind other methods": Shape(
        a_jar({CLASS: a_class(methods=[Method(name="run"), Method(name="stop"), Method()])})
    ),
    "varargs": Shape(a_jar({CLASS: a_class(methods=[Method(PUBLIC | STATIC | 0x0080)])})),
    "an interface": Shape(a_jar({CLASS: a_class(access=0x0601)})),
    "not public": _fails(a_jar({CLASS: a_class(access=SUPER)}), "but not as a public one"),
    "no class file": _fails(a_jar({CLASS: b"class Orders {}"}), "no class file"),
    "a class file cut short": Shape(a_jar({CLASS: a_class()[:40]}), starts=False),
    "of a newer Java": Shape(a_jar({CLASS: a_class(release=77)}), starts=False),
    "in a version": Shape(
        a_jar(
            {
                "META-INF/MANIFEST.MF": a_manifest(
                    "Main-Class: com.example.Orders", "Multi-Release: true"
                ),
                f"META-INF/versions/9/{CLASS}": a_class(release=9),
            },
            main=None,
        )
    ),
    "in a version of its own": Shape(
        a_jar(
            {
                "META-INF/MANIFEST.MF": a_manifest(
                    "Main-Class: com.example.Orders", "Multi-Release: true"
                ),
                CLASS: a_class(methods=()),
                f"META-INF/versions/9/{CLASS}": a_class(release=9),
            },
            main=None,
        )
    ),
    "a class path": Shape(
        a_jar(
            {
                "META-INF/MANIFEST.MF": a_manifest(
                    "Main-Class: com.example.Orders", "Class-Path: more.jar"
                )
            },
            main=None,
        ),
        starts=False,
    ),
    "Flink's own class": Shape(
        a_jar(main=None), main_class="org.apache.flink.client.Missing", starts=False
    ),
    "zip64": Shape(zip64(_GOOD)),
    "two manifests": Shape(
        a_jar(
            {
                "meta-inf/MANIFEST.mf": a_manifest("Main-Class: com.example.Missing"),
                "META-INF/MANIFEST.MF": a_manifest("Main-Class: com.example.Orders"),
                CLASS: a_class(),
            },
            main=None,
        )
    ),
    "a script in front": Shape(b"#!/bin/sh\nexec java -jar $0\n" + _GOOD),
    "a comment": Shape(_GOOD[:-2] + b"\x05\x00hello"),
    "something behind": Shape(_GOOD + b"\n\n"),
    "cut short": _fails(_GOOD[:-30], "is cut short or damaged"),
    "cut at the front": _fails(_GOOD[30:], "is not a jar"),
    "no zip": _fails(b"<html>404</html>" * 9, "is not a jar"),
    "empty": _fails(b"", "is empty"),
    "an unfetched file": _fails(
        b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n", "Git LFS"
    ),
    "of a newer form": Shape(of_a_newer_form(_GOOD)),
    "an extra field": Shape(with_extra(_GOOD, b"\x34\x12\x01\x00\x00")),
    "a directory that is damaged": _fails(
        _GOOD.replace(b"PK\x01\x02", b"PK\x01\x00", 1), "is cut short or damaged"
    ),
    "a directory that begins elsewhere": _fails(
        _GOOD[:-10] + b"\xff\xff\x00\x00" + _GOOD[-6:], "is cut short or damaged"
    ),
    "encrypted": _fails(encrypted(_GOOD), "is encrypted"),
    "bzip2": _fails(a_jar({CLASS: a_class()}, method=zipfile.ZIP_BZIP2), "compressed in a way"),
}
