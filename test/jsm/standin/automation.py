"""Automation's rules as its own interface tells them: pages of summaries, and one rule with actor, trigger and components.

Only for who administers Jira, signed in with an API token without scopes at the site's address. That they send web requests is
in rules.py; what they do to tickets is played by deeds of the account "automation"."""
import uuid

from .errors import Refusal
from .routes import Reply, route

RULES = "/gateway/api/automation/public/jira/{cloud}/rest/v1/rule/"


def made(site, spec):
    """{"name", "actor": account or None (whoever set it off), "state", "scope": project or None (all), "trigger", "actions"};
    an action is (type, value), or a list of them: those of a branch under a condition."""
    owner = site.projects[spec["scope"]].id if spec.get("scope") else None
    scope = f":project/{owner}" if owner else f"::site/{site.config['cloud_id']}"
    actor = spec.get("actor", "automation")
    return {"uuid": str(uuid.uuid4()), "name": spec["name"], "state": spec.get("state", "ENABLED"), "description": "",
            "authorAccountId": site.accounts["admin"].id, "labels": [], "created": 1743568964.174, "updated": 1743568964.174,
            "actor": {"type": "ACCOUNT_ID", "actor": site.accounts[actor].id} if actor else {"type": "EVENT_INITIATOR"},
            "ruleScopeARIs": ["ari:cloud:jira:" + (site.config["cloud_id"] if owner else "") + scope],
            "canOtherRuleTrigger": False, "notifyOnError": "FIRSTERROR", "writeAccessType": "UNRESTRICTED", "collaborators": [],
            "trigger": {"component": "TRIGGER", "schemaVersion": 1} | spec.get(
                "trigger", {"type": "jira.jql.scheduled", "value": {"jql": "statusCategory != Done"}}),
            "components": [_part(action) for action in spec.get("actions", [])]}


def _part(action):
    if isinstance(action[0], str):
        return {"component": "ACTION", "schemaVersion": 11, "type": action[0], "value": action[1], "children": [], "conditions": []}
    block = {"component": "CONDITION_BLOCK", "schemaVersion": 1, "type": "jira.condition.if.block",
             "value": {"conditionMatchType": "ALL"}, "conditions": [], "children": [_part(one) for one in action]}
    return {"component": "CONDITION", "schemaVersion": 1, "type": "jira.condition.container.block", "children": [block], "conditions": []}


def _admitted(site, call):
    if not call.account.administers:
        raise _refusal(403, "FORBIDDEN", "You do not have permission to perform this action.")
    if call.parts["cloud"] != site.config["cloud_id"]:
        raise _refusal(404, "NOT_FOUND", "Not found.")


def _refusal(status, code, title):
    return Refusal(status, {"errors": [{"id": str(uuid.uuid4()), "status": status, "code": code, "title": title}]})


@route("GET", RULES + "summary")
def summaries(site, call):
    """links: only the query of the next page. cursor: here simply where it begins."""
    _admitted(site, call)
    start, limit = int(call.query.get("cursor", 0)), min(int(call.query.get("limit", 50)), 100)
    told = ("uuid", "name", "state", "description", "authorAccountId", "labels", "created", "updated", "ruleScopeARIs")
    data = [{k: r[k] for k in told} | {"actorAccountId": r["actor"].get("actor")} for r in site.automation[start:start + limit]]
    following = f"?cursor={start + limit}&limit={limit}" if start + limit < len(site.automation) else None
    return Reply(200, {"links": {"self": f"?cursor={start}&limit={limit}", "next": following, "prev": None}, "data": data})


@route("GET", RULES + "{rule}")
def one(site, call):
    _admitted(site, call)
    found = next((r for r in site.automation if r["uuid"] == call.parts["rule"]), None)
    if found is None:
        raise _refusal(404, "NOT_FOUND", "Not found.")
    return Reply(200, {"rule": found, "connections": []})
