"""Documents against the public schemas in test/golden/export: where they come from stands in the README there."""
import json
import pathlib
import re

import jsonschema

SCHEMAS = pathlib.Path(__file__).resolve().parents[1] / "golden" / "export"
OCSF = json.loads((SCHEMAS / "ocsf-1.8.0.json").read_text())
KINDS = {"integer_t": int, "long_t": int, "timestamp_t": int, "string_t": str, "boolean_t": bool, "username_t": str, "url_t": str,
         "json_t": object}


def _value(name, said, value, profiles):
    if said.get("array"):
        assert isinstance(value, list) and value, f"{name} is no list, or an empty one"
        for one in value:
            _value(name, {**said, "array": False}, one, profiles)
    elif "object" in said:
        assert isinstance(value, dict), name
        if said["object"] != "object":  # which may hold anything
            _object(name, OCSF["objects"][said["object"]], value, profiles)
    else:
        kind = KINDS[said["type"]]
        assert isinstance(value, kind) and (kind is bool or not isinstance(value, bool)), f"{name}: {value!r} is no {said['type']}"
        assert len(str(value)) <= said.get("max_len", 65535), name
        assert "enum" not in said or str(value) in said["enum"], f"{name}: {value!r} is none of {said['enum']}"


def _object(name, schema, value, profiles):
    known = schema["attributes"]
    assert set(value) <= set(known), f"{name}: {set(value) - set(known)} are unknown"
    for key, said in known.items():
        applies = "profile" not in said or said["profile"] in profiles
        if key in value:
            assert applies, f"{name}.{key} is of the profile {said['profile']}"
            assert not said.get("deprecated"), f"{name}.{key} is deprecated"
            _value(f"{name}.{key}", said, value[key], profiles)
        else:
            assert said["requirement"] != "required" or not applies, f"{name}.{key} is missing"
    one_of = schema["constraints"].get("at_least_one", [])
    assert not one_of or set(one_of) & set(value), f"{name} has none of {one_of}"


def ocsf(event):
    """AssertionError with the place where it is no event of OCSF 1.8.0."""
    schema = OCSF["classes"][str(event["class_uid"])]
    assert event["metadata"]["version"] == OCSF["version"]
    assert event["type_uid"] == event["class_uid"] * 100 + event["activity_id"] and event["category_uid"] == schema["category"]
    _object(schema["name"], schema, event, event["metadata"].get("profiles", []))


def _python(pattern):
    """ECMA-262 in the words of Python's re; \\p{L} and \\p{N} have no equal there."""
    return pattern.replace("\\p{L}", "[^\\W\\d_]").replace("\\p{N}", "\\d")


def _pattern(_, pattern, instance, __):
    if isinstance(instance, str) and not re.search(_python(pattern), instance):
        yield jsonschema.ValidationError(f"{instance!r} does not match {pattern}")


def _check(name, document):
    schema = json.loads((SCHEMAS / name).read_text())
    of = jsonschema.validators.validator_for(schema)
    checker = jsonschema.validators.extend(of, {"pattern": _pattern})
    checker(schema, format_checker=of.FORMAT_CHECKER).validate(document)


def oscal(document):
    _check("oscal-1.2.1-ar.schema.json", document)
    ids = re.findall(r'"uuid": "([^"]*)"', json.dumps(document))
    assert len(ids) == len(set(ids)), "an id stands for two things"
    assert {i[14] for i in ids} == {"5"}


def cloudevent(event):
    _check("cloudevents-1.0.schema.json", event)
