#!/usr/bin/env python3
"""SQL stands in sql/, where editors, reviewers and EXPLAIN see it; the generator turns it into functions of store/."""
import re

import lint

SQL = re.compile(r"\b(select\b.+\bfrom|insert\s+into|update\s+[\w.\"]+\s+set|delete\s+from|truncate\s+table|"
                 r"(create|alter|drop)\s+(table|view|index|schema|function|role))\b", re.I | re.S)


def main():
    lint.root()
    report, count = lint.Report("sql-in-c"), 0
    for path in lint.files(["connector"], (".c", ".h")):
        count += 1
        for line, text in lint.strings(lint.read(path)):
            if SQL.search(text.replace("\\n", " ")):
                report.add(path, line, f"SQL in a C string: '{text[:50]}'",
                           "a named query in sql/query/, called through store/")
    report.end(count)


main()
