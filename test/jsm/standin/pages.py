"""Pages for people: a list of tickets, and one page a ticket with its buttons. Plain HTML, everything escaped."""
import html
import os
import time
from urllib.parse import parse_qsl, quote

from . import acts, adf, desk, issues, seed
from .errors import Refusal
from .routes import Reply

with open(os.path.join(os.path.dirname(__file__), "style.css")) as _file:
    _STYLE = _file.read()


def _text(value):
    return html.escape(str(value), quote=True)


def _document(title, body, who=None, back="", watch=False):
    people = "".join(f"<option value={name}{' selected' if name == who else ''}>{_text(name)}</option>"
                     for name in ("agent", "agent2", "approver", "admin", "customer", "automation", "connector"))
    chooser = (f"<form method=get action='{_text(back)}' class=who><label class=soft>Acting as "
               f"<select name=as>{people}</select></label> <button>Change</button></form>") if who else ""
    again = f"<meta http-equiv=refresh content='2;url={_text(back)}?as={_text(who)}&amp;watch=1'>" if watch else ""
    page = (f"<!doctype html><html lang=en><head><meta charset=utf-8><meta name=viewport content='width=device-width'>{again}"
            f"<title>{_text(title)}</title><style>{_STYLE}</style></head><body><header><a href='/'>All requests</a>"
            f"<span class=soft>Stand-in for Jira Service Management</span>{chooser}</header>"
            f"<main>{body}</main></body></html>")
    return Reply(200, page.encode(), {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; "
                                                                  "img-src http: https:"})  # icons of links


def handle(site, request):
    with site.lock:
        if request.path == "/":
            return _list(site, request)
        if request.path.startswith("/browse/"):
            ticket = site.find(request.path[len("/browse/"):])
            if ticket is None:
                return Reply(404, _document("No such request", "<h1>There is no such request.</h1>").body)
            return _press(site, ticket, request) if request.method == "POST" else _ticket(site, ticket, request)
    return Reply(404, b"")


def _lozenge(ticket):
    return f"<span class='lozenge {ticket.category}'>{_text(ticket.status_name)}</span>"


def _time(ms):
    return time.strftime("%d %b %H:%M:%S", time.gmtime(ms / 1000))


def _list(site, request):
    newest = sorted(site.issues.values(), key=lambda t: -int(t.id))
    start = int(request.query.get("start", 0)) if request.query.get("start", "0").isdigit() else 0
    rows = "".join(
        f"<tr><td><a href='/browse/{t.key}'>{t.key}</a></td><td>{_text(t.values['summary'])}</td>"
        f"<td>{_lozenge(t)}</td><td>{_text(_shown(site, t, seed.CHECK))}</td>"
        f"<td class=soft>{_time(t.updated)}</td></tr>" for t in newest[start:start + 100])
    more = f"<p><a href='/?start={start + 100}'>Older</a></p>" if len(newest) > start + 100 else ""
    head = "<tr><th>Key<th>Summary<th>Status<th>Access check<th>Updated (UTC)</tr>"
    empty = "" if newest else "<p class=soft>No requests yet.</p>"
    return _document("Requests", f"<h1>Requests <span class=soft>({len(newest)})</span></h1>"
                                 f"<div class=card><table>{head}{rows}</table>{empty}</div>{more}")


def _shown(site, ticket, field_id):
    value, field = ticket.values.get(field_id), site.fields.get(field_id)
    return field.words(value, site)[1] or "" if value and field else ""


def _press(site, ticket, request):
    """A button was pressed: do it as the chosen person, then show the ticket again."""
    form = dict(parse_qsl(request.body.decode(errors="replace")))
    who = form.get("as", "agent")
    spec = {"actor": who, "issue": ticket.id, "do": form.get("do", "transition")}
    spec |= {"comment": {"text": form.get("text", ""), "public": form.get("public") == "yes"},
             "transition": {"id": form.get("id", "")}, "portal": {"id": form.get("id", "")}}.get(spec["do"], {})
    back, problem = f"/browse/{ticket.key}?as={quote(who)}", ""
    try:
        if spec["do"] not in ("transition", "portal", "comment", "approve", "decline"):
            raise Refusal(400, {"error": "unknown button"})
        if spec["do"] != "comment" or spec["text"].strip():
            acts.act(site, spec)
    except Refusal as refusal:
        problem = _why(refusal)
    if problem:
        return _ticket(site, ticket, request, problem, who)
    return Reply(303, b"", {"Location": back})


def _why(refusal):
    body = refusal.body if isinstance(refusal.body, dict) else {}
    told = body.get("errorMessages") or list((body.get("errors") or {}).values())
    return " ".join(told) or body.get("errorMessage") or body.get("error") or f"Refused ({refusal.status})."


def _ticket(site, ticket, request, problem="", who=None):
    who = who or request.query.get("as", "agent")
    account = site.accounts.get(who, site.accounts["agent"])
    here = f"/browse/{ticket.key}"
    body = (f"<p class=soft>{_text(site.projects[ticket.project].name)} / {ticket.key}</p>"
            f"<h1>{_text(ticket.values['summary'])}</h1>"
            + (f"<div class=error role=alert>{_text(problem)}</div>" if problem else "")
            + f"<div class=grid><div>{_left(site, ticket, account, here)}</div>"
            f"<div>{_state(site, ticket, account, here)}{_right(site, ticket)}</div></div>")
    watch = request.query.get("watch") == "1" and not problem
    return _document(f"{ticket.key} {ticket.values['summary']}", body, who, here, watch)


_LOOKS = {"Verified": "done", "Checking": "indeterminate", "Not there yet": "removed", "Can't tell": "moved", "Exception": "moved"}


def _state(site, ticket, account, here):
    """What an agent looks at first: the status, what he may press, and what the check says."""
    check, reason = (_shown(site, ticket, f) if f in site.fields else None for f in (seed.CHECK, seed.REASON))
    rows = ""
    if check is not None:
        look = _LOOKS.get(check, "new")
        rows += (f"<dt>{_text(site.fields[seed.CHECK].name)}</dt><dd id=access-check>"
                 + (f"<span class='lozenge {look}'>{_text(check)}</span>" if check else "None") + "</dd>")
    if reason is not None:
        rows += f"<dt>{_text(site.fields[seed.REASON].name)}</dt><dd id=access-check-reason>{_text(reason or 'None')}</dd>"
    resolution = _shown(site, ticket, "resolution") or "Unresolved"
    watch = f"<a id=watch class=soft href='{_text(here)}?as={_text(account.name)}&amp;watch=1'>Watch</a>"
    return (f"<div class=card><p id=status>{_lozenge(ticket)} <span class=soft>{_text(resolution)}</span> {watch}</p>"
            f"<div class=bar>{_buttons(site, ticket, account, here)}</div><dl>{rows}</dl>{_links(ticket)}</div>")


def _links(ticket):
    """Links to elsewhere, as Jira draws them: its icon, the title, the icon of its state; struck out once that is resolved."""
    out = ""
    for link in ticket.links:
        target = link["body"]["object"]
        if not str(target["url"]).startswith(("http://", "https://")):
            continue
        status = target.get("status") or {}
        name = f"<a href='{_text(target['url'])}'>{_text(target['title'])}</a>"
        if status.get("resolved"):
            name = f"<s>{name}</s>"
        out += f"<p class=link>{_icon(target.get('icon'))} {name} {_icon(status.get('icon'))}</p>"
    return f"<div id=links>{out}</div>" if out else ""


def _icon(icon):
    url = str((icon or {}).get("url16x16") or "")
    if not url.startswith(("http://", "https://")):
        return ""
    title = _text(icon.get("title") or "")
    return f"<img src='{_text(url)}' width=16 height=16 title='{title}' alt='{title}'>"


def _button(here, who, label, main=False, **fields):
    hidden = "".join(f"<input type=hidden name={k} value='{_text(v)}'>" for k, v in fields.items())
    return (f"<form method=post action='{here}'><input type=hidden name=as value='{_text(who)}'>{hidden}"
            f"<button{' class=main' if main else ''}>{_text(label)}</button></form>")


def _buttons(site, ticket, account, here):
    customer = account.desk == "customer"  # he sees what the portal shows
    offered = desk.offered(site, ticket, account) if customer else issues.offered(site, ticket, account, "ui")
    out = "".join(_button(here, account.name, t.name, t.name == "Resolve", do="portal" if customer else "transition", id=t.id)
                  for t in offered)
    if any(a["decision"] == "pending" and account.id in a["approvers"] for a in ticket.approvals):
        out += _button(here, account.name, "Approve", True, do="approve")
        out += _button(here, account.name, "Decline", do="decline")
    return out or "<span class=soft>Nothing to press for this person.</span>"


def _left(site, ticket, account, here):
    customer, who = account.desk == "customer", account.name  # who sees the portal is shown no internal note
    told = [c for c in ticket.comments if c["public"] or not customer]
    text = adf.to_html(ticket.values.get("description")) or "<p class=soft>No description.</p>"
    comments = "".join(
        f"<div class='comment{'' if c['public'] else ' internal'}'>"
        f"<b>{_text(site.accounts_by_id[c['author']].display)}</b> "
        f"<span class=soft>{_time(c['updated'])}{' · edited' if c['updated'] != c['created'] else ''}</span> "
        f"{'' if c['public'] else '<span class=lozenge>Internal note</span>'}{adf.to_html(c['body'])}</div>"
        for c in told)
    history = "".join(
        f"<tr><td class=soft>{_time(e['created'])}</td><td>{_text(site.accounts_by_id[e['author']].display)}</td><td>"
        + "<br>".join(f"{_text(i['field'])}: {_text(i['fromString'] or '–')} → {_text(i['toString'] or '–')}"
                      for i in e["items"]) + "</td></tr>" for e in reversed(ticket.history))
    note = "" if customer else "<button>Add internal note</button>"
    form = (f"<form method=post action='{here}' style='display:block'><input type=hidden name=as value='{_text(who)}'>"
            "<input type=hidden name=do value=comment><textarea name=text rows=2 aria-label='Comment'></textarea>"
            f"<div class=bar style='margin-top:.5rem'>{note}<button name=public value=yes>Reply to customer</button></div></form>")
    if customer:
        return f"<div class=card>{text}</div><h2>Activity</h2>{comments or '<p class=soft>None yet.</p>'}{form}"
    history = history or "<tr><td class=soft>Nothing has changed.</td></tr>"
    return (f"<div class=card>{text}</div><h2>Comments</h2>{comments or '<p class=soft>None yet.</p>'}{form}"
            f"<h2>History</h2><div class=card><table id=history>{history}</table></div>")


_ELSEWHERE = ("summary", "description", "resolution", seed.SLA, seed.CHECK, seed.REASON)


def _right(site, ticket):
    rows = [(field.name, ", ".join(ticket.values["labels"]) if f == "labels" else _shown(site, ticket, f))
            for f, field in site.fields.items() if f not in _ELSEWHERE]
    rows += [(f"Approval {a['id']}", a["decision"]) for a in ticket.approvals]
    more = [("Creator", site.accounts_by_id[ticket.creator].display), ("Created (UTC)", _time(ticket.created)),
            ("Updated (UTC)", _time(ticket.updated)), ("Issue id", ticket.id), ("Workflow", site.flows.of_ticket(ticket).name)]
    more += [(f"Property {k}", v) for k, v in ticket.properties.items()]
    return (f"<div class=card><h2>Details</h2><table>{_rows(rows)}</table></div>"
            f"<details><summary>More</summary><table>{_rows(more)}</table></details>")


def _rows(rows):
    return "".join(f"<tr><th>{_text(name)}</th><td>{_text(value)}</td></tr>" for name, value in rows if value)
