/// What JIRA's own fields are called in English, by their ids, which are the same in every language.
enum StandardFieldNames {
  static let english = [
    "summary": "Summary", "description": "Description", "environment": "Environment",
    "labels": "Labels", "priority": "Priority", "assignee": "Assignee", "reporter": "Reporter",
    "creator": "Creator", "duedate": "Due date", "components": "Components",
    "versions": "Affects versions", "fixVersions": "Fix versions", "parent": "Parent",
    "status": "Status", "resolution": "Resolution", "issuetype": "Issue Type",
    "project": "Project", "created": "Created", "updated": "Updated",
    "resolutiondate": "Resolved", "issuekey": "Key", "comment": "Comment",
    "security": "Security Level", "timeoriginalestimate": "Original estimate",
    "timeestimate": "Remaining Estimate", "timespent": "Time Spent", "votes": "Votes",
    "watches": "Watchers", "issuelinks": "Linked Issues", "attachment": "Attachment",
  ]
}
