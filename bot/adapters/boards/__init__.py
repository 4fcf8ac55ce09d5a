"""Where a backlog lives: Jira, or the embedded board."""
