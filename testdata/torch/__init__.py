"""Stands in for torch in the demonstration's wheel."""
