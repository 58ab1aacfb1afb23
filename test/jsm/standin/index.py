"""The search index: what JQL sees, which is the truth of a while ago.

Every change puts a copy of what can be searched into a queue; it becomes visible when the lag is over.
"""
import bisect
import heapq
import itertools
import random

from . import adf, clock


class Document:
    """What is searchable of one ticket, at one moment."""
    __slots__ = ("id", "key", "number", "project", "type", "status", "category", "created", "updated", "resolved",
                 "creator", "values")

    def __init__(self, issue):
        self.id, self.key, self.project, self.type = issue.id, issue.key, issue.project, issue.type
        self.number = int(issue.key.rsplit("-", 1)[1])
        self.status, self.category, self.creator = issue.status, issue.category, issue.creator
        self.created, self.updated, self.resolved = issue.created, issue.updated, issue.resolved
        self.values = dict(issue.values)

    def labels(self):
        return {label.lower() for label in self.values.get("labels") or ()}

    def words(self, field_id):
        value = self.values.get(field_id)
        return adf.text(value) if isinstance(value, dict) else (value or "")


class Index:
    def __init__(self, site):
        self._site = site
        self._visible = {}
        self.by_updated = []     # (updated, number of the id, document) of the same, in order
        self.by_label = {}       # label in lower case -> ids of those that have it
        self._waiting = []       # heap of (due, order, issue id, document or None)
        self._order, self._newest = itertools.count(), {}
        self._chance = random.Random(1)
        self.version = 0         # moves with every change that becomes visible
        self.kept = {}           # sorted answers of the last queries: digest -> (version, rows, keys)

    def put(self, issue):
        self._add(issue.id, Document(issue))

    def drop(self, issue):
        self._add(issue.id, None)

    def _add(self, issue_id, document):
        lag, spread = self._site.config["index_lag_ms"], self._site.config["index_spread_ms"]
        order = next(self._order)
        if lag + spread <= 0 and not self._waiting:
            self._show(order, issue_id, document)
        else:
            due = clock.now_ms() + lag + self._chance.randint(0, spread)
            heapq.heappush(self._waiting, (due, order, issue_id, document))

    def _show(self, order, issue_id, document):
        if order < self._newest.get(issue_id, 0):
            return  # a later change of the same ticket is known already
        self._newest[issue_id] = order
        old = self._visible.pop(issue_id, None)
        if old:
            del self.by_updated[bisect.bisect_left(self.by_updated, (old.updated, int(issue_id)))]
            for label in old.labels():
                self.by_label[label].discard(issue_id)
        if document:
            self._visible[issue_id] = document
            bisect.insort(self.by_updated, (document.updated, int(issue_id), document))
            for label in document.labels():
                self.by_label.setdefault(label, set()).add(issue_id)
        self.version += 1

    def catch_up(self, everything=False):
        now = clock.now_ms()
        while self._waiting and (everything or self._waiting[0][0] <= now):
            _, order, issue_id, document = heapq.heappop(self._waiting)
            self._show(order, issue_id, document)

    def documents(self, reconcile=()):
        """Visible documents; those of `reconcile` as they are at this moment."""
        self.catch_up()
        if not reconcile:
            return self._visible
        found = dict(self._visible)
        for issue_id in reconcile:
            issue = self._site.issues.get(issue_id)
            if issue:
                found[issue_id] = Document(issue)
            else:
                found.pop(issue_id, None)
        return found

    def labelled(self, labels):
        """Visible documents that have one of these labels."""
        self.catch_up()
        found = set().union(*(self.by_label.get(label, ()) for label in labels))
        return {issue_id: self._visible[issue_id] for issue_id in found}

    def keep(self, digest, rows, keys):
        if len(self.kept) > 8:
            self.kept.clear()
        self.kept[digest] = (self.version, rows, keys)

    @property
    def waiting(self):
        return len(self._waiting)
