"""The speed run: seconds from a cold start to a mark on Set5 at x2. Read `__main__` first."""
