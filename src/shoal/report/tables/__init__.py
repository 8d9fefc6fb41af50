"""Numbers by arm and scale, and the same as text: of tables, verdicts, papers."""
