"""What reading the files of a damaged run can raise."""

from omegaconf.errors import OmegaConfBaseException
from yaml import YAMLError

DAMAGE = (OSError, ValueError, LookupError, TypeError, YAMLError, OmegaConfBaseException)
