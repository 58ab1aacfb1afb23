"""The two workflows: who may press what, where, and what happens then. No state here."""
from dataclasses import dataclass

from .seed import (ADMINS, AGENTS, APPROVAL, AUTOMATION, CANCELLED, CHECK, CONNECTOR, PROGRESS, REASON, RESOLVED,
                   STATUSES, VERIFYING, WAITING)

OPEN = (WAITING, APPROVAL, PROGRESS, VERIFYING)
DONE = (RESOLVED, CANCELLED)
EVERYBODY = ()  # no condition: anyone who may work on tickets
NOBODY = ("",)  # only Jira itself, on an approver's decision


@dataclass(frozen=True)
class Transition:
    """groups: `system:restrict-issue-transition` groupIds, OR-ed as in Jira. screen: fields that may come along.
    resolution: what a post function sets ("" clears, None leaves alone). portal: customers see the button."""
    id: str
    name: str
    sources: tuple
    target: str
    groups: tuple = EVERYBODY
    screen: tuple = ()
    required: tuple = ()
    resolution: str | None = None
    is_global: bool = False
    portal: bool = False


_CHECK_SCREEN = (CHECK, REASON)
_COMMON = (
    Transition("11", "Start progress", (WAITING,), PROGRESS),
    Transition("21", "Resolve", (WAITING, PROGRESS), VERIFYING, (AGENTS,)),
    Transition("71", "Reopen", DONE, PROGRESS, (AGENTS, CONNECTOR), _CHECK_SCREEN, resolution=""),
    # The connector too: it cancels a duplicate that Jira made late.
    Transition("81", "Cancel", OPEN, CANCELLED, (AGENTS, CONNECTOR), resolution="Won't Do", portal=True),
    Transition("101", "Ask for approval", (WAITING, PROGRESS), APPROVAL, (AGENTS, CONNECTOR, AUTOMATION)),
    Transition("111", "Approve", (APPROVAL,), WAITING, NOBODY),
    Transition("121", "Decline", (APPROVAL,), CANCELLED, NOBODY, resolution="Declined"),
)


def _closing(gate):
    return (
        Transition("41", "Record reconciliation", (VERIFYING,), VERIFYING, (CONNECTOR,), _CHECK_SCREEN),
        Transition("51", "Close verified", (VERIFYING,), RESOLVED, gate,
                   _CHECK_SCREEN + ("resolution",), required=("resolution",)),
        Transition("61", "Back to fulfiller", (VERIFYING,), PROGRESS, gate, _CHECK_SCREEN),
    )


WORKFLOWS = {
    # Every road that says "fulfilled" goes through the connector.
    "governed": _COMMON + _closing((CONNECTOR,)),
    # The same without the gate, and with a button that closes from anywhere.
    "open": _COMMON + _closing((AGENTS, CONNECTOR)) + (
        Transition("91", "Close", tuple(STATUSES), RESOLVED, (AGENTS, ADMINS), resolution="Done", is_global=True),),
}
NAMES = {"governed": "IAM governed access", "open": "OPS open access"}


def permits(transition, account):
    if not account.edits:
        return False
    return not transition.groups or bool(set(transition.groups) & set(account.groups))


def leaving(workflow, status):
    return [t for t in WORKFLOWS[workflow] if status in t.sources]


def offered(workflow, status, account):
    return [t for t in leaving(workflow, status) if permits(t, account)]


def by_id(workflow, transition_id):
    return next((t for t in WORKFLOWS[workflow] if t.id == transition_id), None)


def by_name(workflow, status, name):
    return next((t for t in leaving(workflow, status) if t.name.lower() == name.lower()), None)
