#!/usr/bin/env python3
"""Put the pages of schemas/explain into the program: gen_explain.py OUT.c FILE..."""
import pathlib
import re
import sys

from gen_query import c_string


def pages(text):
    """(code, title, lines) of each `## CODE: title`."""
    for part in re.split(r"(?m)^## ", text)[1:]:
        head, _, body = part.partition("\n")
        code, _, title = head.partition(": ")
        yield code, title, body.strip("\n").split("\n")


def shown(lines):
    """As a terminal shows it: examples are indented below what they are."""
    inside = False
    for line in lines:
        if line.startswith("```"):
            inside = not inside
            if inside:
                yield ""
                yield line.split()[1] + ":"
        elif inside:
            yield "    " + line.replace("\t", "<tab>")
        else:
            yield line


def main() -> None:
    rows = []
    for path in map(pathlib.Path, sys.argv[2:]):
        for code, title, lines in pages(path.read_text(encoding="utf-8")):
            text = "\n".join(shown(lines)).replace("\n\n\n", "\n\n").strip("\n")
            rows.append((code, f'    {{"{code}",\n{c_string(f"{code}: {title}" + chr(10) * 2 + text + chr(10))}}},'))
    rows.sort()
    pathlib.Path(sys.argv[1]).write_text("\n".join([
        '#include "cli/explain.h"', "", "const struct explain_page EXPLAIN_PAGES[] = {", *(row for _, row in rows), "};",
        "const size_t EXPLAIN_PAGE_COUNT = sizeof EXPLAIN_PAGES / sizeof EXPLAIN_PAGES[0];", ""]), encoding="utf-8")


if __name__ == "__main__":
    main()
