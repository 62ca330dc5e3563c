"""Every rule of guards and checks by area: its code, its severity, its texts. Codes never change meaning."""

from __future__ import annotations
