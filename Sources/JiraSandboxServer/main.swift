print("jira-sandbox")
