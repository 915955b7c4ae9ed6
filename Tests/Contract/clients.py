"""Uses a sandbox through two clients that other people wrote: create, search, transition, comment.

    clients.py BASE_URL
"""
import sys

import jira
from atlassian import Jira

EMAIL, TOKEN = "sandbox@example.com", "sandbox"


def check(what, is_so):
    print(("ok    " if is_so else "FAIL  ") + what)
    return bool(is_so)


def pycontribs(base):
    client = jira.JIRA(server=base, basic_auth=(EMAIL, TOKEN), max_retries=0)
    issue = client.create_issue(
        project="SCRSKY", summary="By jira", description="Text", issuetype={"name": "Task"},
        labels=["contract"])
    yield check("jira: create", issue.key.startswith("SCRSKY-"))
    issue.update(fields={"customfield_10014": {"value": "Routers"}})
    yield check("jira: edit", client.issue(issue.key).fields.customfield_10014.value == "Routers")
    found = client.enhanced_search_issues("project = SCRSKY AND labels = contract", maxResults=10)
    yield check("jira: search", [one.key for one in found] == [issue.key])
    client.transition_issue(issue, "Start work")
    yield check("jira: transition", client.issue(issue.key).fields.status.name == "In Progress")
    comment = client.add_comment(issue, "Hello")
    yield check("jira: comment", [one.id for one in client.comments(issue)] == [comment.id])
    try:
        client.create_issue(project="SCRSKY", summary="", issuetype={"name": "Task"})
        yield check("jira: a refusal is a JIRAError", False)
    except jira.JIRAError as error:
        yield check("jira: a refusal is a JIRAError", error.status_code == 400 and "summary" in error.text)


def atlassian(base):
    client = Jira(url=base, username=EMAIL, password=TOKEN, cloud=True)
    made = client.create_issue(fields={
        "project": {"key": "SCRSKY"}, "issuetype": {"name": "Task"}, "summary": "By atlassian",
        "labels": ["contract-2"]})
    key = made["key"]
    yield check("atlassian-python-api: create", key.startswith("SCRSKY-"))
    found = client.enhanced_jql("project = SCRSKY AND labels = 'contract-2'")
    yield check("atlassian-python-api: search", len(found["issues"]) == 1)
    client.set_issue_status(key, "In Progress")
    yield check("atlassian-python-api: transition", client.get_issue_status(key) == "In Progress")
    client.issue_add_comment(key, "Hello")
    comments = client.issue_get_comments(key)
    yield check("atlassian-python-api: comment", comments["total"] == 1)


def main(base):
    results = list(pycontribs(base)) + list(atlassian(base))
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
