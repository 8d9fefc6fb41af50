"""The self-contained page: its template, its script, and the values that the script draws."""
