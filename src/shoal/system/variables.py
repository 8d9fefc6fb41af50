"""Environment variables through which processes of a grid or a run inform each other."""

RUN_NUMBER = "SHOAL_JOB"  # which of the grid's runs this is, e.g. "3/8"
TURN = "SHOAL_TURN"  # the pipe that tells a run started before its turn when to begin
EXPERIMENT = "SHOAL_EXPERIMENT"  # the experiment's name, by which dashboards group runs
ARM = "SHOAL_ARM"  # the label of the run's arm in the experiment
THREADS = "OMP_NUM_THREADS"  # the number of a run's threads; PyTorch and OpenMP read it too
