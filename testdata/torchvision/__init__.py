"""Stands in for torchvision in the demonstration's wheel."""
