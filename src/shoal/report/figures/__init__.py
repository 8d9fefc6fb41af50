"""Curves, costs, branches and crops as pictures; looks and canvas are shared by all."""
