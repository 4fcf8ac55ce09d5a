"""What people see in Slack: pure builders from values to plain dicts, within Slack's limits."""
