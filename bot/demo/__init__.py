"""The local workspace: a Slack on this machine, to try Muster without an account."""
