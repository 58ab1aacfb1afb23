#!/usr/bin/env python3
"""Functions that make mistakes easy are not called. base/banned.h poisons most; the rest have names that the headers of
libraries use too, or are allowed in some places only."""
import re

import lint

# name: (where it may be used all the same, what to do)
BANNED = {
    "rand random drand48 srand": ((), "take a struct rng (base/rng.h); for secrets rng_secret"),
    "system popen execlp execvp": ((), "no shells: the program starts no other program"),
    "alloca strdupa strndupa": ((), "use an arena (base/arena.h)"),
    "gets strcpy strcat sprintf vsprintf strncpy strncat strtok": ((), "use base/buf.h or arena_printf"),
    "atoi atol atoll atof strtol strtoll strtoul strtoull sscanf scanf fscanf": ((), "str_to_i64: whole text or nothing"),
    "localtime gmtime mktime timegm asctime ctime localtime_r strptime":
        ((), "clock_rfc3339 and clock_parse: UTC milliseconds, no locale"),
    "gmtime_r strftime": (("connector/io/",), "clock_rfc3339; only HTTP dates have a form of their own"),
    "time gettimeofday clock_gettime": (("connector/base/clock.c", "connector/io/"), "take a struct clock (base/clock.h)"),
    "sleep usleep nanosleep": (("connector/readers/", "connector/cli/"), "a timer of io_loop: sleeping stops everything"),
    "getenv secure_getenv": (("connector/config/", "connector/cli/", "connector/io/io_file.c", "connector/main.c"),
                             "read it in config/, pass it as a value"),
    "setjmp longjmp": ((), "errors are values"),
    "signal sigaction": (("connector/io/io_loop.c",), "io_loop has signals"),
    "tmpnam tempnam mktemp": ((), "mkstemp"),
    "fork vfork": ((), "the program starts no other program"),
    "setlocale": ((), "everything is UTF-8 and C locale"),
}


def main():
    lint.root()
    report, count = lint.Report("banned"), 0
    where = {name: rule for names, rule in BANNED.items() for name in names.split()}
    call = re.compile(r"(?<![\w.>])(" + "|".join(where) + r")\s*\(")
    for path in lint.files(["connector"], (".c", ".h")):
        count += 1
        text = lint.code_only(lint.read(path))
        for match in call.finditer(text):
            allowed, remedy = where[match[1]]
            if not path.startswith(tuple(allowed) or ("\0",)):
                report.add(path, lint.line_of(text, match.start()), f"{match[1]}() is banned here", remedy)
    report.end(count)


main()
