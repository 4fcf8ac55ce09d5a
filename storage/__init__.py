"""Remembers. Tables, and every query on them."""
