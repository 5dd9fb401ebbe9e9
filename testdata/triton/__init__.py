"""Stands in for triton in the demonstration's wheel."""
