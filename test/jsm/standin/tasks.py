"""Work that Jira does after it has answered: begun by one call, asked about with another."""
from dataclasses import dataclass

from . import clock
from .errors import platform
from .routes import Reply, route


@dataclass
class Task:
    """polls: so often it is still said to run."""
    id: str
    description: str
    by: object
    began: int
    result: object = None
    polls: int = 1
    status: str = ""   # of a bulk operation, which has a life of its own
    progress: int = 0


def begin(site, account, description, result=None):
    made = Task(str(site.next_id("task")), description, account, clock.now_ms(), result)
    site.tasks[made.id] = made
    return made


def shown(site, task):
    done = task.polls <= 0
    found = {"self": f"{site.base}/rest/api/3/task/{task.id}", "id": task.id, "description": task.description,
             "status": "COMPLETE" if done else "RUNNING", "progress": 100 if done else 50, "submittedBy": task.by.number,
             "submitted": task.began, "started": task.began, "lastUpdate": task.began, "elapsedRuntime": 1}
    return found | ({"result": task.result, "finished": task.began} if done else {})


@route("GET", "/rest/api/3/task/{task}")
def read_task(site, call):
    found = site.tasks.get(call.parts["task"])
    if found is None:
        raise platform(404, "Task not found.")
    if not (call.account.administers or found.by is call.account):
        raise platform(403, "You do not have permission to see this task.")
    answer = shown(site, found)
    found.polls -= 1
    return Reply(200, answer)
