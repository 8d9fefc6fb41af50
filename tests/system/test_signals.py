import os
import signal

import pytest

from shoal.system.signals import SIGNALS, Stop, Stopped, handled, listening

QUIET = (signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, *QUIET])
def test_each_signal_stops_by_its_name_and_exit_code(number):
    before = signal.getsignal(number)
    with pytest.raises(Stopped) as stopped, Stop():
        os.kill(os.getpid(), number)
    assert str(stopped.value) == f"stopped by {signal.Signals(number).name}"
    assert stopped.value.exit_code == 128 + number
    assert signal.getsignal(number) == before


def test_a_hangup_stays_ignored_where_nohup_has_asked_for_it():
    with handled({signal.SIGHUP: signal.SIG_IGN}):
        assert set(listening(lambda *_: None)) == set(SIGNALS) - {signal.SIGHUP}
        with Stop():
            os.kill(os.getpid(), signal.SIGHUP)


@pytest.mark.parametrize("number", QUIET)
def test_a_signal_that_comes_again_does_not_disturb_the_saving(number):
    def saved() -> None:
        try:
            os.kill(os.getpid(), signal.SIGTERM)
        finally:
            os.kill(os.getpid(), number)

    with Stop(), pytest.raises(Stopped) as stopped:
        saved()
    assert stopped.value.signum == signal.SIGTERM
