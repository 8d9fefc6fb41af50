"""The figures of a report: curves, costs, branches and crops; all share `looks` and `canvas`."""
