"""A page per ticket, so that a person can press Resolve in a browser."""
from html import escape

from model import FIELDS, jira_time

STYLE = """body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:46rem;padding:0 1rem;color:#172b4d}
h1{font-size:1.3rem}.status{background:#dfe1e6;border-radius:3px;padding:.1rem .5rem;font-size:.8rem;font-weight:600}
.done{background:#abf5d1}.indeterminate{background:#b3d4ff}table{border-collapse:collapse;width:100%}
td,th{border-bottom:1px solid #dfe1e6;padding:.3rem .5rem;text-align:left;vertical-align:top}th{width:12rem;font-weight:500;color:#5e6c84}
button{font:inherit;padding:.3rem .8rem;margin-right:.4rem;border:1px solid #0052cc;border-radius:3px;background:#0052cc;color:#fff}
.comment{border:1px solid #dfe1e6;border-radius:3px;padding:.5rem .8rem;margin:.6rem 0}.internal{background:#fffae6}
small{color:#5e6c84}form{display:inline}a{color:#0052cc}"""


def page(title: str, body: str) -> bytes:
    return (f"<!doctype html><html lang=en><meta charset=utf-8><title>{escape(title)}</title><style>{STYLE}</style>{body}").encode()


def plain(node) -> str:
    if not isinstance(node, dict):
        return ""
    text = node.get("text", "") + "".join(plain(c) for c in node.get("content", []))
    return text + ("\n" if node.get("type") in ("paragraph", "panel") else "")


def badge(model, issue) -> str:
    status = model.fields_json(issue)["status"]
    return f"<span class='status {status['statusCategory']['key']}'>{escape(status['name'])}</span>"


def listing(model) -> bytes:
    rows = "".join(f"<tr><td><a href='/browse/{i['key']}'>{i['key']}</a><td>{escape(i['summary'])}<td>{badge(model, i)}"
                   f"<td>{escape(i['fields'].get('customfield_10081') or '')}" for i in model.issues.values())
    return page("Tickets", f"<h1>Tickets <small>stand-in for Jira Service Management</small></h1><table>{rows}</table>")


def ticket(model, issue) -> bytes:
    buttons = "".join(f"<form method=post action='/browse/{issue['key']}'><button name=transition value={t[0]}>{escape(t[1])}</button></form>"
                      for t in model.transitions(issue, "acc-agent"))
    fields = "".join(f"<tr><th>{escape(FIELDS[f][0])}<td>{escape(str(v))}" for f, v in issue["fields"].items() if v)
    comments = "".join(f"<div class='comment {'' if c['public'] else 'internal'}'><small>{escape(c['author'])}, "
                       f"{'public' if c['public'] else 'internal note'}, {jira_time(c['updated'])}</small><br>"
                       f"{escape(plain(c['body'])).replace(chr(10), '<br>')}</div>" for c in issue["comments"])
    history = "".join(f"<tr><td><small>{escape(c['created'])}</small><td>{escape(c['author']['displayName'])}<td>"
                      f"{escape('; '.join(str(i['field']) + ': ' + str(i['fromString']) + ' → ' + str(i['toString']) for i in c['items']))}"
                      for c in reversed(issue["changelog"]))
    return page(issue["key"], f"<p><a href='/'>All tickets</a></p><h1>{issue['key']} {escape(issue['summary'])} {badge(model, issue)}</h1>"
                f"<p>You are J. Lind, agent. {buttons}</p><table>{fields}</table><h2>Comments</h2>{comments or '<p>None.'}"
                f"<h2>History</h2><table>{history}</table>")
