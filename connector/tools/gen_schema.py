#!/usr/bin/env python3
"""Put the schema of mappings into the program: gen_schema.py OUT.c FILE"""
import pathlib
import sys

from gen_query import c_string


def main() -> None:
    pathlib.Path(sys.argv[1]).write_text("\n".join([
        '#include "lock/lock_schema.h"', "", "const char LOCK_SCHEMA_BASE[] =",
        f"{c_string(pathlib.Path(sys.argv[2]).read_text())};", ""]))


if __name__ == "__main__":
    main()
