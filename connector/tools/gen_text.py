#!/usr/bin/env python3
"""Put files into the program, one behind the other: gen_text.py OUT.c HEADER NAME FILE... (const char NAME[], declared in HEADER)"""
import pathlib
import sys

from gen_query import c_string


def main() -> None:
    out, header, name, *sources = sys.argv[1:]
    text = c_string("".join(pathlib.Path(source).read_text(encoding="utf-8") for source in sources))
    pathlib.Path(out).write_text(f'#include "{header}"\n\nconst char {name}[] =\n{text};\n', encoding="utf-8")


if __name__ == "__main__":
    main()
