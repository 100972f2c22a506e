"""Why a result is what it is: Chinese sentences with the numbers in them, and the figures it was made from.

The sentences say what was compared with what. They repeat stored results and the rules' own workings, in the strings of
the page, and work nothing out anew.
"""

from __future__ import annotations

from indicators.explanations.explain import Explanation, explain, explain_many
from indicators.explanations.facts import Origin, children_word, version_of
from indicators.explanations.findings import Finding
from indicators.explanations.inputs import Input, source_words

__all__ = [
    "Explanation",
    "Finding",
    "Input",
    "Origin",
    "children_word",
    "explain",
    "explain_many",
    "source_words",
    "version_of",
]
