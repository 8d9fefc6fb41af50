"""The tables of a report: numbers by arm and scale, and the same as text, verdicts and LaTeX."""
