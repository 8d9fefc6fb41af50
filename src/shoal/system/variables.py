"""Environment variables by which one process of a grid or a run tells another something."""

RUN_NUMBER = "SHOAL_JOB"  # which run of how many this is, e.g. "3/8"
TURN = "SHOAL_TURN"  # the pipe in which a run that is up before its turn is told to begin
EXPERIMENT = "SHOAL_EXPERIMENT"  # by which dashboards know the runs that belong together
ARM = "SHOAL_ARM"  # the label of the experiment's arm that a run is of
THREADS = "OMP_NUM_THREADS"  # of a run; PyTorch and OpenMP read it too
