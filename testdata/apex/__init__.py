"""Stands in for apex in the demonstration's wheel."""
