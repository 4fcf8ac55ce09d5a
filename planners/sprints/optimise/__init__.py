"""Optimisation behind the allocation engine: neighbourhoods, relaxations, bounds."""
