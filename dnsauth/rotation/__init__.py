"""How DKIM keys turn: two tables, a pure question of what is due, and steps that write only the lock."""
