"""Refusals, in the two shapes Jira has for them."""


class Refusal(Exception):
    """An answer other than success. body: an object (sent as JSON), text (text/plain) or None (empty)."""

    def __init__(self, status, body=None, headers=None):
        super().__init__(f"{status} {body}")
        self.status, self.body, self.headers = status, body, headers or {}


def platform(status, *messages, fields=None):
    """/rest/api: a list of messages and a map from field to message."""
    return Refusal(status, {"errorMessages": list(messages), "errors": fields or {}})


def desk(status, message, key):
    """/rest/servicedeskapi: one message."""
    return Refusal(status, {"errorMessage": message, "i18nErrorMessage": {"i18nKey": key, "parameters": []}})


def no_issue():
    return platform(404, "Issue does not exist or you do not have permission to see it.")


def bad_payload():
    return platform(400, "Invalid request payload. Refer to the REST API documentation and try again.")


def unauthenticated(reason=None):
    headers = {"WWW-Authenticate": 'Basic realm="Jira"'}
    if reason:
        headers["X-Seraph-LoginReason"] = reason
    return Refusal(401, "Client must be authenticated to access this resource.", headers)
