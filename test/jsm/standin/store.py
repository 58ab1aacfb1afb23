"""The site's state and the few ways it changes. Everything here runs under `Site.lock`.

Who may do what is decided by the callers; here a change is written down (history, `updated`, SLA, index) and told
(webhooks).
"""
import copy
import itertools
import threading
from collections import deque

from . import adf, clock, faults, field_admin, fields, groups, kinds, seed, workflow_rules, workflow_seed
from .hooks import EVENTS, Hooks
from .index import Index
from .limits import Limits
from .screens import Screens
from .workflow_model import Flows


class Issue:
    __slots__ = ("id", "key", "project", "type", "status", "values", "created", "updated", "resolved",
                 "category_changed", "creator", "comments", "history", "properties", "links", "approvals", "cycles",
                 "shown", "secured", "archived", "forms", "_statuses")

    def __init__(self, issue_id, key, project, issue_type, status, values, creator, when, statuses):
        self.id, self.key, self.project, self.type, self.status = issue_id, key, project, issue_type, status
        self.values, self.creator, self._statuses = values, creator, statuses
        self.created = self.updated = self.category_changed = when
        self.resolved = None
        self.comments, self.history, self.links, self.approvals = [], [], [], []
        self.properties = {}
        self.cycles = [{"start": when, "stop": None}]
        self.forms = []  # attached: of attached.py
        self.archived = None  # when: it is shown by its id, and found by no search
        self.secured = False  # has a security level: seen by cleared accounts only
        self.shown = {}  # rendered fields by reader's zone, until the next change

    @property
    def category(self):
        return self._statuses[self.status].key

    @property
    def status_name(self):
        return self._statuses[self.status].name

    @property
    def live(self):
        """It can still serve, or has served, its request: not thrown away as cancelled."""
        return self.status_name not in ("Cancelled", "Canceled")


DEFAULT_CONFIG = {
    "index_lag_ms": 0,          # how long a change stays invisible to JQL
    "index_spread_ms": 0,       # and up to so much longer, each change by chance: later ones overtake
    "token_ttl_ms": 7 * 86400_000,
    "shifting_pages": False,    # page tokens count rows instead of remembering the last one
    "anonymous_search": False,  # a call without valid credentials is 200 and empty, where Jira does so
    "hook_timeout_ms": 20000,
    "dc_webhooks": False,  # webhooks of a Data Center from 10 on
    "bulk_ms": 20,              # until the task of a bulk operation begins
    "bulk_each_ms": 0,          # that it takes for each ticket
    "bulk_pad": 0,              # so many characters more in each answer how far it is
    "bulk_dies_after": None,    # so many tickets it is dead
    "hook_threads": 4,
    "rate_limits": False,       # Jira's buckets; forced answers work without
    "close_when_told": False,   # an answer that says when to come back ends its connection: so it shows when it was read
    "reply_headers": {},        # added to every answer: what Jira says of its limits
    "cloud_id": "1324a887-45db-1bf4-1e99-ef0ff456d421",
    "forms_refused": False,     # the Forms API says no to everybody
    "access_token_s": 3600,     # how long a service account's token lives
    "issue_linking": True,      # an administrator may switch it off
    "meta_page": 200,           # most that createmeta gives at once
    "desk_page": 100,           # most that servicedeskapi gives at once
    "hidden_from_creator": "",  # an account from which issue security hides what it made
    "hidden_since_ms": 0,       # and since when it does
    "approvals_needed": 0,      # of each approval, whatever the workflow says; 0: as the workflow says
    "auto_approval": True,      # a ticket created with Approvers goes to "Waiting for approval"
    "portal_names": {},         # {request type: {status: what customers read}}
    "team_loops": True,         # a workflow of a team-managed project may have a transition that stays where the ticket is
    "loop_history": False,      # a transition that stays where the ticket is leaves an entry, from the status to itself
}


def _status_item(old, old_name, new, new_name):
    return {"field": "status", "fieldtype": "jira", "fieldId": "status", "from": old, "fromString": old_name,
            "to": new, "toString": new_name}


class Site:
    def __init__(self, base, scenario=None, time_scale=1.0, index_lag_ms=0, dc=None):
        """dc: the module of that name on a Data Center, None on Cloud."""
        self.lock = threading.RLock()
        self.dc, self.is_handling = dc, False  # a call from outside is being handled
        self.wire = None  # the server, once there is one
        self.base, self.time_scale = base, time_scale
        self._scenario, self._index_lag_ms = scenario or {}, index_lag_ms
        self.hooks = Hooks(self)
        self.reset()

    def reset(self, keep_hooks=False):
        self.config = dict(DEFAULT_CONFIG, index_lag_ms=self._index_lag_ms)
        catalogue = fields.catalogue() | kinds.more()
        self.fields = self.dc.fields_of(catalogue) if self.dc else catalogue
        self.failed_logins = {}     # of Data Center, by name
        self.trashed, self.contexts = {}, {}  # of custom fields
        self.projects = {p.key: p for p in seed.projects()}
        self.request_types = seed.request_types()
        self.accounts = {a.name: a for a in seed.accounts()}
        self.groups, self.audit, self.tasks, self.automation = dict(seed.GROUP_IDS), [], {}, []
        self.access_tokens = {}     # value -> (account, end)
        self.issues, self.old_keys = {}, {}
        self.relations = {}         # (kind, inward, outward) -> number of the link
        self.by_key = {}
        self.flows, self.screens = Flows(self), Screens(self)
        workflow_seed.fill(self.flows, self.projects)
        self.counts = {name: itertools.count(first) for name, first in
                       (("issue", 10001), ("history", 20001), ("comment", 30001), ("link", 40001), ("issue link", 50001), ("approval", 1),
                        ("task", 10641), ("context", 10600))}
        self.index, self.limits = Index(self), Limits(self)
        self.faults, self.fault_count = [], 0
        self.calls, self.call_count = deque(maxlen=200_000), 0
        self.closings, self.deleted = [], []
        self.crashes = 0  # handlers that failed: mistakes of the stand-in itself
        self.hooks.forget(keep_hooks)
        self._apply(self._scenario)

    # -- what a scenario file or /_control/config may set

    def _apply(self, scenario):
        self.read_accounts()
        self.configure(scenario.get("config", {}))
        for name, changes in scenario.get("accounts", {}).items():
            self.set_account(name, changes)
        self.give_workflows(scenario.get("workflows", {}))
        for key, screens in scenario.get("screens", {}).items():
            self.set_screens(key, screens)

    def play_scenario(self):
        """The parts of a scenario that happen: webhooks are registered, tickets filled in, people act."""
        from . import acts
        for hook in self._scenario.get("webhooks", []):
            self.hooks.register(self.accounts["admin"], hook["url"], hook.get("events", sorted(EVENTS)),
                                hook.get("jql", ""), hook.get("secret"), name=hook.get("name", "connector"))
        for fill in self._scenario.get("fill", []):
            self.fill(**fill)
        for deed in self._scenario.get("acts", []):
            acts.act(self, deed)

    def configure(self, changes):
        unknown = set(changes) - set(DEFAULT_CONFIG)
        if unknown:
            raise KeyError(f"unknown setting {', '.join(sorted(unknown))}; known: {', '.join(DEFAULT_CONFIG)}")
        self.config.update(changes)
        self.index.kept.clear()
        for issue in self.issues.values():
            issue.shown.clear()

    def set_screens(self, key, changes):
        """create, edit: the fields there; required: those without which nothing is created."""
        for what, chosen in changes.items():
            if what == "required":
                self.projects[key].required = tuple(chosen)
            else:
                self.screens.put(self.projects[key], what, chosen)

    def shown_screens(self):
        return {p.key: {"create": self.screens.on(p, "create"), "edit": self.screens.on(p, "edit"),
                        "view": self.screens.on(p, "view"), "required": p.required}
                for p in self.projects.values()}

    def give_workflows(self, chosen):
        """{"IAM": kind, …}; "bare": true strips the site afterwards."""
        for name, kind in chosen.items():
            if name != "bare":
                self._give_workflow(name, kind)
        if chosen.get("bare"):
            self.strip()

    def _give_workflow(self, name, kind):
        """name: a project's key, or KEY/ISSUE-TYPE-ID. kind: of workflow_seed.py. Tickets in a status that is not there any
        more come to one of the same category, or to the beginning."""
        key, _, issue_type = name.partition("/")
        if key not in self.projects:
            self._add_project(key)
        project = self.projects[key]
        workflow_seed.install(self.flows, project, kind, issue_type or None)
        for ticket in self.issues.values():
            flow = self.flows.of_ticket(ticket)
            if ticket.status not in flow.layouts:
                same = [s for s in flow.statuses if self.flows.statuses[s].key == ticket.category]
                self.edit(ticket, self.accounts["admin"], {}, (same or [flow.initial.goes_to])[0], via="migration")

    def strip(self):
        """Nothing of the connector is on the site: neither its two fields nor, where they are not in use, their screens and
        its status."""
        names = {seed.CUSTOM_FIELDS[field][0] for field in (seed.CHECK, seed.REASON)} | {"Access proof"}
        for field in [f.id for f in self.fields.values() if f.name in names]:
            self.fields.pop(field)
        for of in self.screens.of_project.values():
            of.pop("view", None)
        made = [s.id for s in self.screens.by_id.values() if "(Countersign)" in s.name]
        for screen in (workflow_seed.CHECK_SCREEN, workflow_seed.CLOSE_SCREEN, *made):
            if screen in self.screens.by_id and not self.screens.users(screen):
                del self.screens.by_id[screen]
        for screen in self.screens.by_id.values():
            for tab in screen.tabs:
                tab.fields = [f for f in tab.fields if f in self.fields]
        if not any(seed.VERIFYING in w.layouts for w in self.flows.workflows.values()):
            self.flows.statuses.pop(seed.VERIFYING, None)

    def _add_project(self, key):
        number = str(10002 + len(self.projects))
        project = self.projects[key] = seed.Project(key, number, str(4 + len(self.projects)), key.title(), "ordinary")
        self.screens.serve(project)
        first = 10 * int(project.desk)
        for n, like in enumerate(("30", "31")):
            made = seed.request_types()[like]
            made.id, made.project = str(first + n), key
            self.request_types[made.id] = made

    def set_account(self, name, changes):
        account = self.accounts.setdefault(name, seed.Account(
            name, name.title(), f"{name}@example.com", f"{name}-token", (seed.AGENTS, seed.USERS),
            number=len(self.accounts) + 1))
        for attribute, value in changes.items():
            if attribute != "groups":
                setattr(account, attribute, value)
        self.read_accounts()
        for joins, group in [(False, g) for g in account.groups if g not in changes.get("groups", account.groups)] + \
                            [(True, g) for g in changes.get("groups", ()) if g not in account.groups]:
            groups.change(self, self.accounts["admin"], account, group, joins)

    def read_accounts(self):
        self.accounts_by_id = {a.id: a for a in self.accounts.values()}
        self.by_credentials = {(a.email, a.token): a for a in self.accounts.values()}
        self.by_token = {a.token: a for a in self.accounts.values()}

    # -- reading

    def find(self, id_or_key):
        """By id, by key, or by a key the ticket had before it was moved; None when there is none."""
        found = self.issues.get(id_or_key)
        if found is None:
            issue_id = self.by_key.get(id_or_key.upper()) or self.old_keys.get(id_or_key.upper())
            found = self.issues.get(issue_id)
        return found

    def hides(self, ticket, account):
        return (account.name == self.config["hidden_from_creator"] and ticket.creator == account.id
                and ticket.created >= self.config["hidden_since_ms"])

    def shows(self, ticket, account):
        """By its id, alone or among others."""
        return account.sees(ticket) and not self.hides(ticket, account)

    def next_id(self, what):
        return str(next(self.counts[what]))

    def shown_user(self, account_id, api="3"):
        account = self.accounts_by_id[account_id]
        icon = f"{self.base}/avatar/{account.number}"
        return {
            "self": f"{self.base}/rest/api/{api}/user?accountId={account.id.replace(':', '%3A')}",
            "accountId": account.id,
            "emailAddress": "" if account.hides_email else account.email,
            "avatarUrls": {f"{n}x{n}": f"{icon}?size={n}" for n in (48, 24, 16, 32)},
            "displayName": account.display,
            "active": account.active,
            "timeZone": account.zone,
            "accountType": account.kind,
        }

    def faults_for_hook(self, delivery):
        return faults.for_hook(self.faults, delivery.event, delivery.body)

    # -- changing

    def create(self, actor, project, issue_type, values, properties=(), when=None, tell=True):
        when = when or clock.now_ms()
        key = f"{project.key}-{project.next_number}"
        project.next_number += 1
        blank = {"priority": "3", "labels": [], "reporter": actor.id} | field_admin.defaults(self, project)
        flow = self.flows.of(project.key, issue_type)
        issue = Issue(self.next_id("issue"), key, project.key, issue_type, flow.initial.goes_to, blank | values, actor.id, when,
                      self.flows.statuses)
        issue.properties.update(copy.deepcopy(dict(properties)))
        issue.values |= workflow_rules.consequences(flow.initial, workflow_rules.Asking(self, issue, actor))
        self.issues[issue.id] = issue
        self.by_key[key] = issue.id
        self.index.put(issue)
        if tell:
            self.hooks.issue_created(issue, actor)
        if self.config["auto_approval"]:
            self._send_to_approval(issue, flow)
        return issue

    def _send_to_approval(self, issue, flow):
        """An automation rule of the site: a ticket with approvers waits for them."""
        for status in flow.statuses:
            asked = flow.approval(status)
            if not asked or not issue.values.get(asked["fieldId"]):
                continue
            step = next((t for t in flow.leaving(issue.status) if t.goes_to == status), None)
            if step:
                self.edit(issue, self.accounts["automation"], {}, status, via="automation", transition=step.id)
                return

    def edit(self, issue, actor, values, status=None, via="edit", transition=None, bulk=False, tell=True, more=()):
        """Set fields and status, as one entry of the history. more: history items that are no field of ours."""
        now = clock.now_ms()
        items = []
        for field_id, value in values.items():
            items += self._set(issue, self.fields[field_id], value, now)
        self._renew_approvers(issue, values)
        if status is not None and (status != issue.status or via == "transition"):
            items += self._set_status(issue, status, now)
        items += more
        if status is not None and issue.category == "done" and (via != "edit"):
            self._note_closing(issue, actor, now, via, transition)
        self.touched(issue, now)
        if items:
            entry = {"id": self.next_id("history"), "author": actor.id, "created": now, "items": items, "via": via,
                     "transition": transition}
            issue.history.append(entry)
        if tell:
            self.hooks.issue_updated(issue, actor, issue.history[-1] if items else None, bulk, status is not None)
        return issue.history[-1] if items else None

    def _set(self, issue, field, value, now):
        old = issue.values.get(field.id)
        if old == value:
            return []
        issue.values[field.id] = value
        if field.id == "resolution":
            issue.resolved = now if value else None
        (was, was_text), (will, will_text) = field.words(old, self), field.words(value, self)
        own = field.id.startswith("customfield_")
        return [{"field": field.name if own else field.id, "fieldtype": "custom" if own else "jira",
                 "fieldId": field.id, "from": was, "fromString": was_text, "to": will, "toString": will_text}]

    def _set_status(self, issue, status, now):
        """Empty for a loop, unless `loop_history`: whether Jira's history mentions one is told differently."""
        if status == issue.status:
            same, name = status, issue.status_name
            return [_status_item(same, name, same, name)] if self.config["loop_history"] else []
        old, before = issue.status, issue.category
        issue.status = status
        if issue.category != before:
            issue.category_changed = now
        if issue.category == "done" and issue.cycles[-1]["stop"] is None:
            issue.cycles[-1]["stop"] = now
        elif issue.category != "done" and issue.cycles[-1]["stop"] is not None:
            issue.cycles.append({"start": now, "stop": None})
        self._ask_approvers(issue, status, now)
        return [_status_item(old, self.flows.status_name(old), status, issue.status_name)]

    def _ask_approvers(self, issue, status, now):
        wanted = self.flows.of_ticket(issue).approval(status)
        for approval in issue.approvals:
            if approval["decision"] == "pending":
                approval["decision"], approval["completed"] = "canceled", now
        if wanted:
            asked = {account: "pending" for account in self._asked(issue, wanted)}
            issue.approvals.append({"id": self.next_id("approval"), "approvers": asked, "decision": "pending",
                                    "created": now, "completed": None})

    @staticmethod
    def _asked(issue, wanted):
        left_out = [issue.values.get(role) for role in wanted.get("exclude") or ()]
        people = issue.values.get(wanted["fieldId"]) or []
        return [account for account in (people if isinstance(people, list) else [people]) if account not in left_out]

    def _renew_approvers(self, issue, values):
        """While it is open, who is asked follows the field."""
        wanted = self.flows.of_ticket(issue).approval(issue.status) if issue.approvals else None
        if wanted and wanted["fieldId"] in values and issue.approvals[-1]["decision"] == "pending":
            was = issue.approvals[-1]["approvers"]
            issue.approvals[-1]["approvers"] = {a: was.get(a, "pending") for a in self._asked(issue, wanted)}

    def _note_closing(self, issue, actor, now, via, transition):
        self.closings.append({
            "id": issue.id, "key": issue.key, "status": issue.status_name, "by": actor.name,
            "accountId": actor.id, "at": now, "via": via, "transition": transition})

    def transition(self, issue, actor, transition, values, bulk=False):
        """Conditions, validators and screen are asked already. Post functions have the last word on fields."""
        asking = workflow_rules.Asking(self, issue, actor, values=values)
        values = values | workflow_rules.consequences(transition, asking)
        return self.edit(issue, actor, values, transition.target(issue.status), "transition", transition.id, bulk)

    def decide(self, issue, approval, actor, decision):
        """One refusal is enough, and as many approvals as the status wants. What follows presses the configured transition
        itself: no condition, validator or screen is asked."""
        approval["approvers"][actor.id] = decision
        flow = self.flows.of_ticket(issue)
        wanted = flow.approval(issue.status)
        if wanted is None:  # somebody took it out of the workflow meanwhile
            approval["decision"], approval["completed"] = decision, clock.now_ms()
            return self.touched(issue)
        given = list(approval["approvers"].values()).count("approved")
        needed = self.config["approvals_needed"] or int(wanted["conditionValue"])
        if wanted["conditionType"] == "percent" and not self.config["approvals_needed"]:
            needed = -(-needed * len(approval["approvers"]) // 100)
        if decision == "approved" and given < min(needed, len(approval["approvers"])):
            return self.touched(issue)
        approval["decision"], approval["completed"] = decision, clock.now_ms()
        chosen = flow.by_id[wanted["transitionApproved" if decision == "approved" else "transitionRejected"]]
        return self.transition(issue, actor, chosen, {})

    def touched(self, issue, now=None):
        issue.updated = max(now or clock.now_ms(), issue.updated)
        issue.shown.clear()
        self.index.put(issue)

    def add_comment(self, issue, actor, body, public, properties):
        now = clock.now_ms()
        comment = {"id": self.next_id("comment"), "author": actor.id, "updater": actor.id, "body": body,
                   "public": public, "properties": properties, "created": now, "updated": now}
        issue.comments.append(comment)
        self.touched(issue, now)
        self.hooks.comment("comment_created", issue, comment, actor)
        return comment

    def edit_comment(self, issue, comment, actor, body, public, properties):
        now = clock.now_ms()
        comment.update(body=body, public=public, updater=actor.id, updated=now)
        comment["properties"].update(properties)
        self.touched(issue, now)
        self.hooks.comment("comment_updated", issue, comment, actor)

    def delete_comment(self, issue, comment, actor):
        issue.comments.remove(comment)
        self.touched(issue)
        self.hooks.comment("comment_deleted", issue, comment, actor)

    def set_property(self, issue, actor, key, value):
        """True when it is new. `updated` does not move, as in Jira."""
        fresh = key not in issue.properties
        issue.properties[key] = value
        self.hooks.issue_property("issue_property_set", issue, key, value, actor)
        return fresh

    def delete_property(self, issue, actor, key):
        value = issue.properties.pop(key)
        self.hooks.issue_property("issue_property_deleted", issue, key, value, actor)

    def delete(self, issue, actor):
        self.hooks.issue_deleted(issue, actor)
        self.deleted.append({"id": issue.id, "key": issue.key, "by": actor.name, "at": clock.now_ms()})
        del self.issues[issue.id], self.by_key[issue.key]
        self.index.drop(issue)

    def archive(self, issue, actor, on=True):
        issue.archived = clock.now_ms() if on else None
        self.touched(issue)
        if on:
            self.index.drop(issue)

    def move(self, issue, actor, project, status=None, issue_type=None, bulk=False):
        """Another project (and key) or another issue type: no transition runs, so no condition is asked. A status that is
        not there becomes `status`, or the beginning. The old key still leads here."""
        old_type, issue.type = issue.type, issue_type or issue.type
        more = self._change_project(issue, project) if project.key != issue.project else []
        if issue.type != old_type:
            more.append({"field": "issuetype", "fieldtype": "jira", "fieldId": "issuetype", "from": old_type, "to": issue.type,
                         "fromString": seed.ISSUE_TYPES[old_type], "toString": seed.ISSUE_TYPES[issue.type]})
        flow = self.flows.of_ticket(issue)
        if status is None and issue.status not in flow.layouts:
            status = flow.initial.goes_to
        self.edit(issue, actor, {}, status, via="move", more=more, bulk=bulk)

    def _change_project(self, issue, project):
        """The items of the history that say so."""
        old_key, old_project = issue.key, self.projects[issue.project]
        del self.by_key[issue.key]
        self.old_keys[old_key] = issue.id
        issue.project, issue.key = project.key, f"{project.key}-{project.next_number}"
        project.next_number += 1
        self.by_key[issue.key] = issue.id
        return [{"field": "project", "fieldtype": "jira", "fieldId": "project", "from": old_project.id,
                 "fromString": old_project.name, "to": project.id, "toString": project.name},
                {"field": "Key", "fieldtype": "jira", "from": None, "fromString": old_key, "to": None,
                 "toString": issue.key}]

    def clone(self, issue, actor, with_properties=False):
        """What "Clone" does: fields and labels are copied, the creator is whoever pressed it."""
        values = copy.deepcopy(issue.values) | {"reporter": actor.id, "resolution": None,
                                                "summary": f"CLONE - {issue.values['summary']}"[:255]}
        properties = issue.properties if with_properties else {}
        return self.create(actor, self.projects[issue.project], issue.type, values, properties)

    def fill(self, project="IAM", count=100, bytes=1000, prefix="Filler", updated_ms=None):
        """Many tickets at once, in silence: for polls of ten thousand."""
        words = "Please give this person the role named in the form. "
        text = adf.of_text((words * (bytes // len(words) + 1))[:bytes])
        for number in range(count):
            self.create(self.accounts["customer"], self.projects[project], "10039", {
                "summary": f"{prefix} {number}", "description": text, seed.ROLE: f"role-{number % 50}",
                seed.PERSON: f"person{number}@example.com", seed.REQUEST_TYPE: "30" if project == "IAM" else "40",
                seed.TARGET: "1005001"}, when=updated_ms, tell=False)
