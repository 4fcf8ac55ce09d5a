"""Decides. Pure functions: values in, values out."""
