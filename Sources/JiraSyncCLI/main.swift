print("jira-sync")
