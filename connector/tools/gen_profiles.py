#!/usr/bin/env python3
"""Put the profiles of readers/profile into the program: gen_profiles.py OUT.c FILE..."""
import pathlib
import sys

from gen_query import c_string


def main() -> None:
    rows = [f'    {{"{path.stem}",\n{c_string(path.read_text())}}},' for path in map(pathlib.Path, sorted(sys.argv[2:]))]
    pathlib.Path(sys.argv[1]).write_text("\n".join([
        '#include "readers/rest_shipped.h"', "", "const struct rest_shipped REST_SHIPPED[] = {", *rows, "};",
        "const size_t REST_SHIPPED_COUNT = sizeof REST_SHIPPED / sizeof REST_SHIPPED[0];", ""]))


if __name__ == "__main__":
    main()
