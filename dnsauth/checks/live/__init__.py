"""What is doubtful in what the world answers: the rules of ``check --live``."""

from __future__ import annotations
