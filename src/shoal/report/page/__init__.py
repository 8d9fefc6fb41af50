"""The self-contained HTML page: its template, its script, and the data of the script."""
