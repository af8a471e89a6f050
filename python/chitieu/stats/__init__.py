"""Limits, comparisons and trends of the counts of official statistics.

Every function names its method and the paper it is from. A value comes with its limits, the method that found them and
a status: ``ok``, ``unreliable`` (too few events or too small a denominator: not to be read alone) or ``not_available``
(no value).

================================================= =====================================================================
How sure is a share, a rate?                      :func:`proportion_interval`, :func:`rate_interval`
And with the age structure of a standard?         :func:`standardised_rate`, :func:`standardised_ratio`,
                                                  :func:`indirect_rate`
Do two areas or two years differ?                 :func:`rate_ratio`, :func:`rate_difference`,
                                                  :func:`proportion_ratio`, :func:`proportion_difference`
Which areas lie apart from the rest?              :func:`funnel`, :func:`funnel_limits`, :func:`modified_z`
Does it rise or fall, and fast enough?            :func:`trend_test`, :func:`annual_change`, :func:`required_change`
================================================= =====================================================================

Example:
    >>> import chitieu as ct
    >>> found = ct.stats.proportion_interval(81, 263)
    >>> value, lower, upper = found
    >>> round(lower, 4), round(upper, 4), found.method, found.status
    (0.2553, 0.3662, 'wilson', 'ok')
"""

from chitieu.stats._compare import proportion_difference, proportion_ratio, rate_difference, rate_ratio
from chitieu.stats._funnel import FunnelLimits, FunnelPoint, funnel, funnel_limits
from chitieu.stats._interval import Comparison, Interval, proportion_interval, rate_interval
from chitieu.stats._robust import modified_z
from chitieu.stats._standardised import indirect_rate, standardised_rate, standardised_ratio
from chitieu.stats._trend import Trend, annual_change, required_change, trend_test

__all__ = [
    "Comparison",
    "FunnelLimits",
    "FunnelPoint",
    "Interval",
    "Trend",
    "annual_change",
    "funnel",
    "funnel_limits",
    "indirect_rate",
    "modified_z",
    "proportion_difference",
    "proportion_interval",
    "proportion_ratio",
    "rate_difference",
    "rate_interval",
    "rate_ratio",
    "required_change",
    "standardised_rate",
    "standardised_ratio",
    "trend_test",
]
