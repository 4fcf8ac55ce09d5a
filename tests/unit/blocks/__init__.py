"""Slack from the outside: requests as Slack signs them, dispatched through the real app."""
