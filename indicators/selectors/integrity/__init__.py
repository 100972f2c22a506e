"""Rules that the stored data must fulfil beyond what the database itself enforces, for `check_data`.

Each rule says in words what is wrong and what to do about it, and finds the places. Nothing is mended here.
"""

from __future__ import annotations

from datetime import date

from indicators.selectors.integrity import figures, files, machine, places, promises
from indicators.selectors.integrity.rule import Finding, Rule

RULES: dict[str, Rule] = {
    rule.code: rule for module in (figures, promises, places, files, machine) for rule in module.RULES.values()
}


def check(today: date) -> list[Finding]:
    """What is wrong, rule by rule; empty where nothing is."""
    return [finding for rule in RULES.values() if (finding := rule.check(today)) is not None]


__all__ = ["RULES", "Finding", "Rule", "check"]
