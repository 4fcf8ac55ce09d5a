"""The Slack workspace as Muster uses it: messages, modals, files and user groups."""
