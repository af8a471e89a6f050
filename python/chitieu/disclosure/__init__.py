"""What may be published: small counts hidden, with others so that none of them can be worked out; and the audit of it.

A count of one to four children names them to their neighbours. The reader of a table is taken to know everything that
is printed in it and the rules by which it was made: sums of rows and columns, that a total of distinct children is at
least each part and at most their sum, and that a hidden cell is at least 1 where zeros are shown.
"""

from chitieu._protection import ResultsReport, Rule
from chitieu.disclosure._protect import Advice, Protected, Report, audit, protect
from chitieu.disclosure._round import Rounded, round_random, round_small
from chitieu.disclosure._together import protect_together

__all__ = [
    "Advice",
    "Protected",
    "Report",
    "ResultsReport",
    "Rounded",
    "Rule",
    "audit",
    "protect",
    "protect_together",
    "round_random",
    "round_small",
]
