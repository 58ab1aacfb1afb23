"""Writes test/golden/export/ocsf-1.8.0.json from a checkout of ocsf/ocsf-schema at v1.8.0: the classes that we write, whole, and the
objects that stand in them; without the words."""
import json, pathlib, sys
root = pathlib.Path(sys.argv[1])
CLASSES = {"account_change": "iam", "entity_management": "iam", "user_access": "iam", "group_management": "iam", "compliance_finding": "findings"}
OBJECTS = ["metadata", "product", "user", "group", "managed_entity", "compliance", "finding_info", "ticket", "object"]
load = lambda p: json.loads((root / p).read_text())
dictionary = load("dictionary.json")
types = dictionary["types"]["attributes"]
categories = load("categories.json")["attributes"]
files = {load(p.relative_to(root))["name"]: p.relative_to(root) for p in [*root.glob("objects/*.json"), *root.glob("events/**/*.json")]}

def attributes(name):
    d = load(files[name])
    made, up = ({}, {}) if not d.get("extends") else attributes(d["extends"])
    own = dict(d.get("attributes", {}))
    for include in own.pop("$include", []):
        inc = load(include)
        for k, v in inc["attributes"].items():
            made.setdefault(k, {}).update(v)
            if inc.get("meta") == "profile" or inc.get("name"):
                made[k].setdefault("profile", inc["name"])
    for k, v in own.items():
        merged = {**made.get(k, {}), **v}
        if "enum" in v and "enum" in made.get(k, {}):
            merged["enum"] = {**made[k]["enum"], **v["enum"]}
        made[k] = merged
    return made, {"constraints": d.get("constraints", up.get("constraints", {})), "uid": d.get("uid"), "category": d.get("category", up.get("category"))}

def base(t):
    return types[t].get("type", t) if t in types else t

def slim(name):
    made, head = attributes(name)
    out = {}
    for k, v in sorted(made.items()):
        d = dictionary["attributes"].get(k, {})
        t = v.get("type", d.get("type"))
        enum = {**d.get("enum", {}), **v.get("enum", {})}
        a = {"requirement": v.get("requirement") or "optional"}
        if t in types:
            a["type"] = base(t)
            rule = types[t]
            for key in ("regex", "max_len", "range"):
                if key in rule:
                    a[key] = rule[key]
        else:
            a["object"] = t
        if v.get("is_array", d.get("is_array")):
            a["array"] = True
        if enum and k not in ("category_uid", "class_uid", "type_uid"):  # these follow from the class
            a["enum"] = sorted(enum)
        if v.get("profile"):
            a["profile"] = v["profile"]
        if v.get("@deprecated") or d.get("@deprecated"):
            a["deprecated"] = True
        out[k] = a
    return {"attributes": out, "constraints": head["constraints"]}, head

made = {"source": "ocsf/ocsf-schema, tag v1.8.0 (Apache-2.0): parts of it, without descriptions", "version": load("version.json")["version"],
        "classes": {}, "objects": {}}
for name in CLASSES:
    body, head = slim(name)
    category = categories[head["category"]]["uid"]
    made["classes"][str(category * 1000 + head["uid"])] = {"name": name, "category": category, **body}
for name in OBJECTS:
    made["objects"][name] = slim(name)[0]
print(json.dumps(made, indent=None, sort_keys=True).replace('}, "', '},\n"'))
