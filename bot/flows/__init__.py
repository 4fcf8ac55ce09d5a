"""Durable work: what must go on after a crash, and the engine under it."""
