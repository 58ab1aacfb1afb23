"""What is true of the site, said without the connector: tests compare their own books with it."""
from collections import Counter, defaultdict

from . import adf, seed


def _short(site, ticket):
    return {"id": ticket.id, "key": ticket.key, "project": ticket.project,
            "status": ticket.status_name, "category": ticket.category, "live": ticket.live,
            "creator": site.accounts_by_id[ticket.creator].name, "created": ticket.created}


def _bound_to(ticket):
    value = ticket.properties.get("gar.bind")
    return str(value.get("request", "")) if isinstance(value, dict) else str(value or "")


FRESH_MS = 2000


def blind_reposts(site, fresh_ms):
    """Creates by the connector for a marker it had sent before, without a search for that marker as its last word on it:
    answered in full, and not long ago."""
    last, blind = {}, []
    for call in site.calls:
        marker = call.get("marker")
        if marker is None or call["actor"] not in ("connector", "anonymous"):
            continue
        before, last[marker] = last.get(marker), call
        if call["route"].endswith("/search/jql") or before is None:
            continue
        searched = before["route"].endswith("/search/jql") and before["status"] == 200 and before["fault"] is None
        if not searched or call["at"] - before["at"] - (before["ms"] or 0) > fresh_ms:
            blind.append({"marker": marker, "n": call["n"]})
    return blind


def creates(site, fresh_ms):
    """What became of the connector's creates: sent, answers lost, carried out late, and those that were sent again."""
    made = [c for c in site.calls if c.get("marker") and not c["route"].endswith("/search/jql")]
    markers = Counter(c["marker"] for c in made)
    return {"sent": len(made), "again": len(made) - len(markers), "blind": blind_reposts(site, fresh_ms),
            "carried_out_late": sum(c["executed"] for c in made if c["fault"] == "execute_late"),
            "faults": dict(Counter(c["fault"] for c in made if c["fault"]))}


def facts(site, fresh_ms=FRESH_MS):
    """fresh_ms: how long ago the last word of a repetition may be."""
    markers, external, bound = defaultdict(list), defaultdict(list), defaultdict(list)
    done, public = [], []
    last_closing = {c["id"]: c for c in site.closings}
    connector = site.accounts["connector"].id
    for ticket in site.issues.values():
        short = _short(site, ticket)
        for label in ticket.values.get("labels") or ():
            if label.startswith("gar-"):
                markers[label].append(short)
        if ticket.values.get(seed.EXTERNAL):
            external[ticket.values[seed.EXTERNAL]].append(short)
        if "gar.bind" in ticket.properties:
            bound[_bound_to(ticket)].append(short)
        if ticket.category == "done":
            done.append(short | {"closed": last_closing.get(ticket.id)})
        public += [{"issue": ticket.key, "id": c["id"], "text": adf.text(c["body"])} for c in ticket.comments
                   if c["public"] and c["author"] == connector]
    made = Counter(site.accounts_by_id[t.creator].name for t in site.issues.values())
    return {
        "issues": len(site.issues), "created_by": dict(made), "deleted": site.deleted,
        "markers": markers, "external_ids": external, "bindings": bound,
        "not_one_live": {m: [t["key"] for t in tickets if t["live"]] for m, tickets in markers.items()
                         if sum(t["live"] for t in tickets) != 1},
        "done": done, "closings": site.closings, "public_comments_by_connector": public,
        "creates": creates(site, fresh_ms),
        "retry_after_violations": site.limits.violations,
        "retry_after": {"told": site.limits.told_count, "heard": site.limits.heard_count},
        "webhooks": dict(Counter(d.state for d in site.hooks.log)), "webhooks_pending": site.hooks.pending(),
        "index_waiting": site.index.waiting, "crashes": site.crashes,
        "calls": dict(Counter(f"{c['method']} {c['route']} {c['status']}" for c in site.calls)),
    }


def ticket(site, found):
    """Everything about one."""
    return _short(site, found) | {
        "values": found.values, "updated": found.updated, "resolved": found.resolved, "properties": found.properties,
        "comments": found.comments, "history": found.history, "links": found.links, "approvals": found.approvals,
        "cycles": found.cycles}
