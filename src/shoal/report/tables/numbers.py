"""Numbers as text: unit prefixes, times, spreads and p-values."""

import math

ABSENT = "–"
UNITS = ((1e15, "P"), (1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"))


def short(value: float) -> str:
    """Three significant digits and a unit prefix.

    >>> short(256514), short(1.2e14), short(7.0)
    ('257 k', '120 T', '7')
    """
    for size, prefix in UNITS:
        if abs(value) >= size * 0.9995:
            return f"{_digits(value / size)} {prefix}"
    return _digits(value)


def _digits(value: float) -> str:
    return f"{value:.0f}" if abs(value) >= 99.95 else f"{value:.3g}"


def seconds(value: float) -> str:
    """A duration in a suitable unit.

    >>> seconds(0.0417), seconds(9.04), seconds(431), seconds(9000)
    ('0.042 s', '9.0 s', '7.2 min', '2.5 h')
    """
    if 0 < value < 1:
        return f"{value:.2g} s"
    if value < 120:
        return f"{value:.1f} s"
    return f"{value / 60:.1f} min" if value < 7200 else f"{value / 3600:.1f} h"


def spread(mean: float, sd: float, digits: int) -> str:
    """Mean ± standard deviation, or the mean alone if there is only one run.

    >>> spread(32.049, 0.031, 2), spread(32.049, float("nan"), 2)
    ('32.05 ± 0.03', '32.05')
    """
    if math.isnan(mean):
        return ABSENT
    return f"{mean:.{digits}f}" if math.isnan(sd) else f"{mean:.{digits}f} ± {sd:.{digits}f}"


def probability(p: float) -> str:
    """A p-value with three decimals."""
    if math.isnan(p):
        return ABSENT
    return "< 0.001" if p < 0.001 else f"{p:.3f}"
