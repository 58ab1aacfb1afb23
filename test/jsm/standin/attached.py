"""Forms that are attached to request types, and their copies on tickets: Atlassian's Forms REST API, at the gateway of all sites.

A template is what `GET .../servicedesk/{desk}/requesttype/{type}/form` gives: id, updated, design. A ticket that is made through
the portal gets a copy of it, as it is then; what is answered is kept as Jira keeps it. The API does not look at answers, and
neither does Jira when a ticket is made with some; a slip of ours is refused here all the same."""
import copy
import uuid

from . import clock
from .errors import Refusal
from .routes import Reply, route

BASE = "/jira/forms/cloud/{cloud}"
ANSWERS = {"ts": "text", "tl": "text", "te": "text", "tu": "text", "pg": "text", "no": "text", "rt": "adf", "da": "date", "dt": "date",
           "ti": "time", "cd": "choices", "cs": "choices", "cl": "choices", "cm": "choices", "cc": "choices", "ob": "choices",
           "us": "users", "um": "users", "at": "files"}
PARTS = {"settings": dict, "questions": dict, "sections": dict, "conditions": dict, "layout": list}
ONE = ("cd", "cs", "us")


def refuse(status, code, title, **context):
    """Errors of this API have a shape of their own."""
    return Refusal(status, {"errors": [{"status": status, "code": code, "title": title, "detail": title,
                                        "context": [{"type": k, "id": v} for k, v in context.items()]}]})


def _wrong(text):
    return refuse(400, "INVALID_REQUEST", text)


def template(given):
    """A form for `request_type.attached`, checked."""
    design = given.get("design") if isinstance(given, dict) else None
    if not isinstance(design, dict) or any(not isinstance(design.get(name), kind) for name, kind in PARTS.items()):
        raise _wrong(f"a design has {', '.join(PARTS)}")
    for number, question in design["questions"].items():
        if not number.isdigit() or question.get("type") not in ANSWERS or "label" not in question or "validation" not in question:
            raise _wrong(f"question {number} needs a type we know, a label and a validation")
    return {"id": given.get("id") or str(uuid.uuid4()), "updated": clock.iso(clock.now_ms()), "design": design}


def _choices(question):
    for choice in question.get("choices", ()):
        yield choice["id"]
        for child in choice.get("children", ()):
            yield child["id"]


def _answer(site, number, question, answer):
    """As it is kept: people with their names."""
    wanted = ANSWERS[question["type"]]
    members = {"date", "time"} if question["type"] == "dt" else {wanted}
    if not isinstance(answer, dict) or not answer or set(answer) - members:
        raise _wrong(f"the answer to question {number} is {wanted}")
    value = answer.get(wanted)
    if wanted in ("text", "date", "time") and not isinstance(value, str):
        raise _wrong(f"the answer to question {number} is a text")
    if wanted in ("choices", "users") and (not isinstance(value, list) or not all(isinstance(v, str) for v in value)):
        raise _wrong(f"the answer to question {number} is a list of ids")
    if question["type"] in ONE and len(value) > 1:
        raise _wrong(f"question {number} takes one")
    if wanted == "choices" and question["type"] != "ob" and not question.get("jiraField") and set(value) - set(_choices(question)):
        raise _wrong(f"question {number} does not offer that")
    if wanted == "users":
        unknown = [v for v in value if v not in site.accounts_by_id]
        if unknown:
            raise _wrong(f"the user {unknown[0]} was not found")
        return {"users": [{"id": v, "name": site.accounts_by_id[v].display} for v in value]}
    return copy.deepcopy(answer)


def answers_of(site, attached, given):
    """`form` of a create, checked."""
    answers = (given or {}).get("answers", {})
    if not isinstance(answers, dict) or set(given or {}) - {"answers"}:
        raise _wrong("form has answers")
    questions = attached["design"]["questions"] if attached else {}
    unknown = set(answers) - set(questions)
    if unknown:
        raise _wrong(f"the form has no question {min(unknown)}")
    return {n: _answer(site, n, questions[n], a) for n, a in answers.items()}


def attach(site, ticket, attached, answers, submitted=True):
    """A copy, as it is now."""
    made = {"id": str(uuid.uuid4()), "template": attached["id"], "updated": clock.now_ms(), "design": copy.deepcopy(attached["design"]),
            "state": {"visibility": "e", "status": "s" if submitted else "o", "answers": answers}}
    ticket.forms.append(made)
    return made


def change(site, ticket, actor, answers, status="s", attached=None):
    """Somebody reopens the form, writes and submits it, or leaves it open; `attached`: on another one."""
    found = attached or (ticket.forms[-1] if ticket.forms else None)
    if found is None:
        raise refuse(404, "FORM_NOT_FOUND", "The ticket has no form", issue=ticket.id)
    questions = found["design"]["questions"]
    for number, answer in answers.items():
        found["state"]["answers"][number] = _answer(site, number, questions[number], answer)
    found["state"]["status"] = status
    found["updated"] = clock.now_ms()
    site.touched(ticket)


# -- the API

def _ticket(site, call):
    if call.parts["cloud"] != site.config["cloud_id"]:
        raise refuse(404, "CLOUD_NOT_FOUND", "There is no such site")
    if site.config["forms_refused"]:
        raise refuse(403, "FORBIDDEN", "You do not have permission to see forms")
    if "issue" not in call.parts:
        return None
    found = site.find(call.parts["issue"])
    if found is None or not site.shows(found, call.account):
        raise refuse(404, "ISSUE_NOT_FOUND", "The issue was not found", issue=call.parts["issue"])
    return found


def _index(form):
    status = form["state"]["status"]
    return {"id": form["id"], "formTemplate": {"id": form["template"]}, "internal": form["state"]["visibility"] == "i",
            "submitted": status in "sl", "lock": status == "l", "name": form["design"]["settings"].get("name", ""),
            "updated": clock.iso(form["updated"])}


@route("GET", BASE + "/issue/{issue}/form")
def list_forms(site, call):
    return Reply(200, [_index(form) for form in _ticket(site, call).forms])


@route("GET", BASE + "/issue/{issue}/form/{form}")
def read_form(site, call):
    ticket = _ticket(site, call)
    found = next((f for f in ticket.forms if f["id"] == call.parts["form"]), None)
    if found is None:
        raise refuse(404, "FORM_NOT_FOUND", "The provided form ID was not found.", issue=ticket.id, form=call.parts["form"])
    return Reply(200, {"id": found["id"], "updated": clock.iso(found["updated"]), "design": found["design"], "state": found["state"]})


@route("GET", BASE + "/servicedesk/{desk}/requesttype/{type}/form")
def read_template(site, call):
    _ticket(site, call)
    chosen = site.request_types.get(call.parts["type"])
    project = next((p for p in site.projects.values() if p.desk == call.parts["desk"]), None)
    if chosen is None or project is None or chosen.project != project.key or not chosen.attached:
        raise refuse(404, "FORM_NOT_FOUND", "There is no form on this request type", requesttype=call.parts["type"])
    return Reply(200, chosen.attached)


def configure(site, given):
    """`POST /_control/attached {"30": {form}, "31": null}`"""
    for number, form in given.items():
        if number not in site.request_types:
            raise Refusal(400, {"error": f"no request type {number}"})
        site.request_types[number].attached = template(form) if form else None
    return {n: t.attached and t.attached["id"] for n, t in site.request_types.items()}
