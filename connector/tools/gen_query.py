#!/usr/bin/env python3
"""Compile sql/ into C.

gen_query.py queries OUT.h OUT.c FILE...   named statements as struct pg_stmt
gen_query.py files OUT.c DIR               migrations, roles, routines and views as text, for `countersign db migrate`

A statement is a block that begins with "-- name: NAME" and "-- params: a type, b type" (possibly empty).
"""
import hashlib
import pathlib
import re
import sys

BLOCK = re.compile(r"^-- name: (\w+)\n-- params:([^\n]*)\n(.*?)(?=^-- name: |\Z)", re.M | re.S)


def c_string(text: str) -> str:
    """A C string literal, one source line a line of text."""
    lines = []
    for line in text.splitlines():
        escaped = line.replace("\\", "\\\\").replace('"', '\\"').replace("??", "?\\?")
        lines.append(f'    "{escaped}\\n"')
    return "\n".join(lines)


def statements(paths: list[str]) -> list[tuple[str, list[str], str]]:
    found: list[tuple[str, list[str], str]] = []
    names: set[str] = set()
    for path in paths:
        for name, params, body in BLOCK.findall(pathlib.Path(path).read_text()):
            if name in names:
                sys.exit(f"{path}: statement {name} stands twice; rename one")
            names.add(name)
            wanted = [p.strip() for p in params.split(",") if p.strip()]
            used = {int(n) for n in re.findall(r"\$(\d+)", body)}
            if used != set(range(1, len(wanted) + 1)):
                sys.exit(f"{path}: statement {name} declares {len(wanted)} parameters but uses {sorted(used)}")
            found.append((name, wanted, body.strip()))
    if not found:
        sys.exit("no statements found: a block begins with '-- name: NAME' and '-- params: ...'")
    return found


def write_queries(header: str, source: str, paths: list[str]) -> None:
    found = statements(paths)
    lines = ["/* query.gen.h: made by gen_query.py from sql/query. Included by store/ only. */",
             "#ifndef COUNTERSIGN_QUERY_GEN_H", "#define COUNTERSIGN_QUERY_GEN_H", "", '#include "io/io_pg.h"', ""]
    for name, params, _ in found:
        lines.append(f"extern const struct pg_stmt SQL_{name.upper()}; /* {', '.join(params)} */")
    lines += ["", "#endif", ""]
    pathlib.Path(header).write_text("\n".join(lines))
    body = ['#include "query.gen.h"', ""]
    for name, params, text in found:
        body.append(f'const struct pg_stmt SQL_{name.upper()} = {{"{name}",\n{c_string(text)},\n    {len(params)}}};\n')
    pathlib.Path(source).write_text("\n".join(body))


def write_files(source: str, folder: str) -> None:
    root = pathlib.Path(folder)
    rows = []
    order = ["role", "migration", "routine", "view"]
    for kind in order:
        for path in sorted((root / kind).glob("*.sql")):
            text = path.read_text()
            digest = hashlib.sha256(text.encode()).hexdigest()
            number = int(path.name[:4]) if kind == "migration" else 0
            breaking = "true" if text.startswith("-- breaking: yes") else "false"
            if kind == "migration" and not text.startswith("-- breaking: "):
                sys.exit(f"{path}: the first line must be '-- breaking: yes' or '-- breaking: no'")
            if path.name.startswith("zz_") and kind not in ("role", "routine"):
                sys.exit(f"{path}: only roles and routines come late; zz_ files of {kind}/ are never applied")
            late = "true" if path.name.startswith("zz_") else "false"
            rows.append(f'    {{"{kind}", "{path.name}", "{digest}", {number}, {breaking}, {late},\n{c_string(text)}}},')
    out = ['#include "store/store_files.h"', "", "const struct store_file STORE_FILES[] = {", *rows, "};",
           "const size_t STORE_FILE_COUNT = sizeof STORE_FILES / sizeof STORE_FILES[0];", ""]
    pathlib.Path(source).write_text("\n".join(out))


def main(argv: list[str]) -> None:
    if len(argv) >= 4 and argv[0] == "queries":
        write_queries(argv[1], argv[2], argv[3:])
    elif len(argv) == 3 and argv[0] == "files":
        write_files(argv[1], argv[2])
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
