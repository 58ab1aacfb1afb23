"""Makes one description out of Jira's and JSM's, for each flavour: `prepare.py FOLDER OUT`.

Prism takes the files only when their defects are mended:
- examples are JSON in a string, and some are no JSON: examples say nothing about what is allowed, so all of them go;
- JSM's names only OAuth, Jira's Basic and OAuth: the site takes Basic and Bearer on every call;
- errors that Jira really gives are missing (429 and 503, 401 and 404 on every call) or come with a body that is described wrongly:
  an error may come from every call, with any body;
- an answer of 204 is described with a body, which it cannot have;
- what a changelog entry was before or is after is null where there was or is nothing (captures), not only text;
- serverInfo has a locale that is not described (captures);
- the remote links of an issue are described as one: all of them are a list, the one of a globalId is one (the file's own example);
- a webhook's expiry is described as a number, and is a date in the file's own examples of the same answers;
- the webhooks of administrators are in no file: whatever is said there goes through;
- a Data Center's paths come without their /rest, and there is no file of its JSM: the Cloud's stands in for it;
- a Data Center's file is made from its Java types, which know less than the JSON: the value of a field (or its allowed values) is
  described as an object, a property's as text, and both may be anything; a list of fields and of remote links as one; making a
  remote link has no 201, which the Cloud's file has for the same call.
"""
import json
import pathlib
import sys

# in no file; what stands there is free
ELSEWHERE = {"/rest/webhooks/1.0/webhook": ("get", "post"), "/rest/webhooks/1.0/webhook/{id}": ("get", "put", "delete"),
             "/rest/jira-webhook/1.0/webhooks": ("get", "post"), "/rest/jira-webhook/1.0/webhooks/{id}": ("get", "put", "delete")}
METHODS = ("get", "put", "post", "delete", "patch")
EVERYWHERE = ("400", "401", "403", "404", "409", "410", "413", "415", "429", "500", "502", "503", "504")
SIGN_IN = {"basic": {"type": "http", "scheme": "basic"}, "bearer": {"type": "http", "scheme": "bearer"}}


def without_examples(node):
    if isinstance(node, dict):
        return {k: without_examples(v) for k, v in node.items() if k not in ("example", "examples")}
    return [without_examples(v) for v in node] if isinstance(node, list) else node


def renamed(node, prefix):
    """References into the components of a file, under that file's own prefix."""
    if isinstance(node, dict):
        return {k: f"#/components/schemas/{prefix}{v.rpartition('/')[2]}" if k == "$ref" and isinstance(v, str) and "/schemas/" in v
                else renamed(v, prefix) for k, v in node.items()}
    return [renamed(v, prefix) for v in node] if isinstance(node, list) else node


def also_listed(operation):
    """The answer is one, as described, or a list of such."""
    content = operation["responses"]["200"]["content"]["application/json"]
    content["schema"] = {"oneOf": [content["schema"], {"type": "array", "items": content["schema"]}]}


def mend_cloud(paths, schemas):
    for name in ("from", "to", "fromString", "toString"):
        schemas["ChangeDetails"]["properties"][name]["nullable"] = True
    schemas["ServerInformation"]["additionalProperties"] = True
    for name in ("Webhook", "WebhooksExpirationDate"):
        schemas[name]["properties"]["expirationDate"] = {"type": "string", "format": "date-time"}
    also_listed(paths["/rest/api/3/issue/{issueIdOrKey}/remotelink"]["get"])


def mend_datacenter(paths, schemas):
    for name in ("from", "to", "fromString", "toString"):
        schemas["ChangeItemBean"]["properties"][name]["nullable"] = True
    for name in ("IssueBean", "IssueUpdateBean"):
        schemas[name]["properties"]["fields"]["additionalProperties"] = True
    schemas["FieldMetaBean"]["properties"]["allowedValues"]["items"] = {}
    schemas["EntityPropertyBean"]["properties"]["value"] = {}
    paths["/api/2/issue/{issueIdOrKey}/properties/{propertyKey}"]["put"]["requestBody"]["content"]["application/json"]["schema"] = {}
    links = paths["/api/2/issue/{issueIdOrKey}/remotelink"]
    links["post"]["responses"]["201"] = links["post"]["responses"]["200"]
    for operation in (links["get"], paths["/api/2/field"]["get"]):
        also_listed(operation)


MENDS = {"jira-platform-v3.json": mend_cloud, "jira-dc-10.3.v3.json": mend_datacenter}


def add(whole, path, prefix, below=""):
    part = without_examples(json.loads(path.read_text()))
    if path.name in MENDS:
        MENDS[path.name](part["paths"], part["components"]["schemas"])
    part = renamed(part, prefix)
    for name, schema in part["components"].get("schemas", {}).items():
        whole["components"]["schemas"][prefix + name] = schema
    for route, operations in part["paths"].items():
        for method, operation in operations.items():
            if method not in METHODS:
                continue
            operation["security"] = [{name: []} for name in SIGN_IN]
            operation["responses"] |= {status: {"description": "an error"} for status in EVERYWHERE}
            operation["responses"].get("204", {}).pop("content", None)
        whole["paths"][below + route] = operations


def free(route, methods):
    """Any body, any answer."""
    named = [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}] if "{" in route else []
    body = {"content": {"application/json": {"schema": {}}}}
    return {method: {"parameters": named, "security": [{name: []} for name in SIGN_IN], **({"requestBody": body} if method[0] == "p" else {}),
                     "responses": {status: {"description": "it may"} for status in ("200", "201", "204", *EVERYWHERE)}} for method in methods}


def main():
    folder, out = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    for flavour, name, below in (("cloud", "jira-platform-v3.json", ""), ("datacenter", "jira-dc-10.3.v3.json", "/rest")):
        whole = {"openapi": "3.0.1", "info": {"title": "Jira and JSM", "version": "1"}, "servers": [{"url": "/"}], "paths": {},
                 "components": {"schemas": {}, "securitySchemes": SIGN_IN}}
        if not (folder / name).exists():
            continue
        add(whole, folder / name, "Jira", below)
        add(whole, folder / "jsm-cloud.v3.json", "Jsm")
        whole["paths"] |= {route: free(route, methods) for route, methods in ELSEWHERE.items()}
        (out / f"{flavour}.json").write_text(json.dumps(whole))
        print(f"{flavour}: {len(whole['paths'])} paths")


if __name__ == "__main__":
    main()
