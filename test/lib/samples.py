"""Bodies of webhooks and what each is: our own (test/golden/hook), and recorded ones where ../shared is at hand.

The recorded ones may not be copied into this repository: they are read from ../shared/jsm-api/samples beside it
(COUNTERSIGN_SHARED names another place). Every file there has a verdict here; a new one without fails the tests."""
import json
import os
import pathlib

ROOT = pathlib.Path(__file__).resolve().parents[2]
OWN = ROOT / "test" / "golden" / "hook"
SHARED = pathlib.Path(os.environ.get("COUNTERSIGN_SHARED") or ROOT.parent / "shared") / "jsm-api" / "samples"

# The tickets it is about; none: an event about no ticket; a text: quarantined, with this in the reason.
OWN_VERDICTS = {
    "issue-updated": ["10042"], "issue-deleted": ["10043"], "issue-moved": ["10044"], "comment-reduced": ["10045"],
    "comment-alone": ["10046"], "property-set": ["10047"], "link-created": ["10048", "10049"], "worklog-created": ["10050"],
    "user-updated": [], "version-released": [], "project-created": [], "rule-bare": ["10051"], "rule-jira": ["10052"],
    "rule-own": ["10053"], "rule-by-key": "{{issue.id}}", "server-started": ["10054"],
    "answer-of-the-api": "neither an event nor an issue", "a-list": "not an object", "cut": "",
}
TES_41 = "created created-no-description updated-assigned updated-attachments updated-labels updated-multiple-values " \
         "updated-reopened updated-resolved updated-started-working"
RECORDED = {
    "webhooks-cloud": {f"mattermost_webhook-issue-{name}": ["10040"] for name in TES_41.split()} | {
        "mattermost_webhook-cloud-comment-created": ["10040"], "mattermost_webhook-cloud-comment-updated": ["10040"],
        "mattermost_webhook-cloud-comment-deleted": ["10357"], "mattermost_webhook-cloud-issue-created-many-fields": ["10509"],
        "mattermost_webhook-cloud-issue-updated-custom-field": ["10368"],
        "mattermost_webhook-issue-assigned-empty-changelog": ["10001"], "zulip_comment_created_reduced_issue": ["10000"]},
    "webhooks-server": {
        "mattermost_webhook-server-comment-created": ["10013"], "mattermost_webhook-server-comment-deleted": ["10013"],
        "mattermost_webhook-server-comment-updated": ["10013"], "mattermost_webhook-server-issue-updated-commented-2": ["10231"],
        "mattermost_webhook-server-issue-updated-in-progress": ["10300"],
        "mattermost_webhook-server-issue-updated-reopened": ["10300"],
        "mattermost_webhook-server-issue-updated-resolved": ["10300"]},
    "jsm": {
        "ASSEMBLED_webhook_issue_updated_closed_by_agent": ["10033"],
        "automation_send_web_request_automation-format_PARTIAL": ["11111"],
        "mobileflows_POST_request_201_via_api_gateway": True,  # has an issueId, as a rule's own body may
        "GET_field_jsm_field_types": "not an object", "dc_field_sla_ongoing": "neither", "goatlassian_field_customer_request_type": "neither"},
    "rest": {
        "gojira_all_fields": "not an object", "gojira_all_resolutions": "not an object", "gojira_all_statuses": "not an object",
        "gojira_permissionscheme": "neither", "gojira_remote_links": "not an object", "gojira_transitions": "neither",
        "mattermost_cloud-createmeta-project": "neither"},
    "errors": {"errors": "not an object"},
}


def own():
    """[(name, bytes, verdict)]; a file without verdict or a verdict without file is a KeyError."""
    found = {path.stem: path.read_bytes() for path in OWN.glob("*.json")}
    assert set(found) == set(OWN_VERDICTS), set(found) ^ set(OWN_VERDICTS)
    return [(name, found[name], OWN_VERDICTS[name]) for name in sorted(found)]


def recorded():
    """The same of every recorded file, and of every body in errors.json; empty where they are not at hand."""
    found = []
    if not SHARED.is_dir():
        return found
    for folder, verdicts in RECORDED.items():
        for path in sorted((SHARED / folder).glob("*.json")):
            verdict = verdicts[path.stem]
            body = path.read_bytes()
            if verdict is True:
                verdict = [str(json.loads(body)["issueId"])]
            found.append((f"{folder}/{path.stem}", body, verdict))
    for n, answer in enumerate(json.loads((SHARED / "errors" / "errors.json").read_bytes())):
        body = answer["body"]
        text = body if isinstance(body, str) else json.dumps(body)
        found.append((f"errors/{n}", text.encode(), "" if text else []))  # no body is no error: it names no ticket
    return found
