"""Findings → edits of the files they are about, where what is meant is beyond doubt."""
