"""The search index: what JQL sees, which is the truth of a while ago.

Every change puts a copy of what can be searched into a queue; it becomes visible when the lag is over.
"""
from collections import deque

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

    def words(self, field_id):
        value = self.values.get(field_id)
        return adf.text(value) if isinstance(value, dict) else (value or "")


class Index:
    def __init__(self, site):
        self._site = site
        self._visible = {}
        self._waiting = deque()  # (due, issue id, document or None)
        self.version = 0         # moves with every change that becomes visible
        self.kept = {}           # sorted answers of the last queries: digest -> (version, rows, keys)

    def put(self, issue):
        self._add(issue.id, Document(issue))

    def drop(self, issue):
        self._add(issue.id, None)

    def _add(self, issue_id, document):
        lag = self._site.config["index_lag_ms"]
        if lag <= 0 and not self._waiting:
            self._show(issue_id, document)
        else:
            # Never overtake what is queued already, though the lag may have been shortened since.
            due = max(clock.now_ms() + lag, self._waiting[-1][0] if self._waiting else 0)
            self._waiting.append((due, issue_id, document))

    def _show(self, issue_id, document):
        if document is None:
            self._visible.pop(issue_id, None)
        else:
            self._visible[issue_id] = document
        self.version += 1

    def catch_up(self, everything=False):
        now = clock.now_ms()
        while self._waiting and (everything or self._waiting[0][0] <= now):
            _, issue_id, document = self._waiting.popleft()
            self._show(issue_id, document)

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

    def keep(self, digest, rows, keys):
        if len(self.kept) > 8:
            self.kept.clear()
        self.kept[digest] = (self.version, rows, keys)

    @property
    def waiting(self):
        return len(self._waiting)
