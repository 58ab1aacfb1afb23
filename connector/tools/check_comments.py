#!/usr/bin/env python3
"""Public headers are the contract: each begins with a banner that says what it is for, and each function in one is documented,
by a comment on its lines, directly above, or above the block of declarations (no blank line) it stands in."""
import re

import lint

NAME = re.compile(r"(\w+)\s*\(")


def statements(text):
    """(first line, last line, text) of each top-level declaration."""
    code = re.sub(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", lambda m: re.sub(r"[^\n]", " ", m[0]), lint.code_only(text), flags=re.M)
    depth, start = 0, None
    for offset, char in enumerate(code):
        if start is None and not char.isspace():
            start = offset
        if char == "{":
            depth += 1
        elif char == "}":
            depth -= 1
        if depth == 0 and start is not None and (char == ";" or (char == "}" and "(" in code[start:offset].split("{")[0])):
            yield lint.line_of(code, start), lint.line_of(code, offset), code[start:offset + 1]
            start = None


def documented(first, last, lines, comments):
    if any(number in comments for number in range(first, last + 1)):
        return True
    above = first - 1
    while above >= 1 and lines[above - 1].strip():
        if above in comments:
            return True
        above -= 1
    return False


def check(report, path):
    text = lint.read(path)
    lines = text.split("\n")
    name = path.split("/")[-1]
    if not text.startswith(f"/* {name}: "):
        report.add(path, 1, "no banner", f"begin with '/* {name}: what it is for, who owns what, who calls back when'")
    comments = lint.comment_lines(text)
    for first, last, statement in statements(text):
        head = statement.split("{")[0]
        if name.endswith("_priv.h") or "(" not in head or head.startswith(("typedef", "struct {", "enum")) or re.match(r"_Static_assert", head):
            continue
        if not documented(first, last, lines, comments):
            function = NAME.search(re.sub(r"__attribute__\s*\(\(.*?\)\)", "", head))
            report.add(path, first, f"{function[1] if function else 'declaration'} is not documented",
                       "say what the caller must know and cannot see: ownership, limits, what false means")


def main():
    lint.root()
    report, count = lint.Report("comments"), 0
    for path in lint.files(["connector"], (".h",)):
        count += 1
        check(report, path)
    report.end(count)


main()
