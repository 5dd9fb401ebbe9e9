"""Stands in for torchaudio in the demonstration's wheel."""
