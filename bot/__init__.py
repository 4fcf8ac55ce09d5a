"""Talks. Everything that touches the outside."""
