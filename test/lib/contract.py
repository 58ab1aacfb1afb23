"""What our API answers, held to schemas/openapi.json: each exchange of a test is one the file describes.

The schemas are checked by jsonschema, which knows nothing of us. A call that is refused need not be as the file wants it.
"""
import functools
import json
import pathlib
import re
import urllib.parse

import jsonschema

FILE = pathlib.Path(__file__).resolve().parents[2] / "schemas" / "openapi.json"


@functools.cache
def document():
    return json.loads(FILE.read_text(encoding="utf-8"))


@functools.cache
def _routes():
    return [(re.compile("^" + re.sub(r"\{\w+\}", "[^/]+", path) + "$"), path) for path in document()["paths"]]


def _closed(node):
    """Others are told to expect members that come later; here what the file does not name is a fault."""
    if isinstance(node, list):
        return [_closed(one) for one in node]
    if not isinstance(node, dict):
        return node
    closed = {name: _closed(one) for name, one in node.items()}
    return {**closed, "additionalProperties": False} if isinstance(node.get("properties"), dict) else closed


@functools.cache
def _validator(*parts):
    """Of the schema that stands there in the file."""
    node = document()
    for part in parts:
        node = node[part]
    jsonschema.Draft202012Validator.check_schema(node)
    return jsonschema.Draft202012Validator({**_closed(node), "components": _closed(document()["components"])},
                                           format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER)


def _response(operation, status):
    found = operation["responses"].get(str(status))
    assert found, f"{operation['operationId']} may not answer {status}"
    if "$ref" in found:
        return ["components", "responses", found["$ref"].rpartition("/")[2]]
    return None


def _told(validator, value):
    faults = [f"{'/'.join(map(str, fault.absolute_path))}: {fault.message}" for fault in validator.iter_errors(value)]
    assert not faults, faults


seen = set()  # operations that were answered well, in this process


def check(method, target, sent, status, kind, text):
    """One exchange: a method and a path with its query, the body that was sent (None: none), and what came back."""
    path, _, query = target.partition("?")
    known = next((name for pattern, name in _routes() if pattern.match(path)), None)
    operation = known and document()["paths"][known].get(method.lower())
    if not operation:  # nothing is there: then it says so
        assert status in (401, 403, 404, 405), (method, target, status)
        _told(_validator("components", "schemas", "Problem"), json.loads(text))
        return
    where = _response(operation, status) or ["paths", known, method.lower(), "responses", str(status)]
    if status == 304:
        return
    wanted = "application/problem+json" if status >= 400 else "application/json"
    assert kind == wanted, (method, target, status, kind)
    _told(_validator(*where, "content", wanted, "schema"), json.loads(text))
    if status >= 400:
        return
    seen.add(operation["operationId"])
    if "requestBody" in operation and (sent is not None or operation["requestBody"].get("required")):
        _told(_validator("paths", known, method.lower(), "requestBody", "content", "application/json", "schema"), sent)
    names = {p["name"] for p in operation.get("parameters", []) if p["in"] == "query"}
    unknown = set(urllib.parse.parse_qs(query)) - names
    assert not unknown, f"{operation['operationId']} names no parameter {unknown}"


def operations():
    return {one["operationId"] for path in document()["paths"].values() for one in path.values()}
