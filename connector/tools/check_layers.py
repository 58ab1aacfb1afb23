#!/usr/bin/env python3
"""Every #include of connector/ against layers.txt: arrows point down, and each library has one home."""
import fnmatch
import os
import re

import lint

RULES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "layers.txt")
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*(["<])([^">]+)[">]', re.M)


def rules():
    layers, libraries, pure = {}, [], {}
    for line in lint.read(RULES).split("\n"):
        line = line.split("#")[0].strip()
        if not line:
            continue
        head, _, tail = line.partition(":")
        words = head.split()
        if words[0] == "library":
            libraries.append((words[1:], tail.split()))
        elif words[0] == "pure":
            pure.update({folder: tail.split() for folder in words[1:]})
        else:
            layers[words[0]] = tail.split()
    return layers, libraries, pure


def own(report, path, line, place, target, layers):
    folder = place.split("/")[0]
    if folder not in layers:
        report.add(path, line, f"folder '{folder}' has no place among the layers", "add it to connector/tools/layers.txt")
        return
    home = target.split("/")[0]
    if "/" not in target:
        report.add(path, line, f'"{target}" without its folder', f'write #include "{folder}/{target}"')
    elif home != folder and home not in layers[folder] and target not in layers[folder]:
        report.add(path, line, f"{folder} may not include {target} (it may: {' '.join(layers[folder]) or 'nothing'})",
                   "move the code, or pass what is needed as data or as a function from above")
    elif home != folder and target.endswith("_priv.h"):
        report.add(path, line, f"{target} is private to {home}", f"use or extend a public header of {home}")


def system(report, path, line, place, target, libraries, pure):
    folder = place.split("/")[0]
    for patterns, homes in libraries:
        if any(fnmatch.fnmatch(target, pattern) for pattern in patterns):
            if folder not in homes and place not in homes:
                report.add(path, line, f"<{target}> belongs to {' '.join(homes)} only",
                           f"put what needs it there, behind a header of ours")
            return
    if folder in pure and target not in pure[folder]:
        report.add(path, line, f"{folder} is pure: no <{target}>",
                   "take time, chance, memory (an arena) and text (a buf) as parameters")


def main():
    lint.root()
    layers, libraries, pure = rules()
    report, count = lint.Report("layers"), 0
    for path in lint.files(["connector"], (".c", ".h")):
        place = path.split("/", 1)[1]
        if place.startswith("tools/"):
            continue
        count += 1
        text = lint.without_comments(lint.read(path))
        for match in INCLUDE.finditer(text):
            line = lint.line_of(text, match.start(1))
            if match[1] == '"':
                own(report, path, line, place, match[2], layers)
            else:
                system(report, path, line, place, match[2], libraries, pure)
    report.end(count)


main()
