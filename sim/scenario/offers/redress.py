"""What a brand may give to customers who lost something: apology, refund, replacement.

Nothing is offered where a kind is left out. How customers take it: ``sim.rules.redress`` and
``sim.rules.satisfaction``. Checked by ``tests/unit/test_redress.py``.
"""

from typing import Literal

from sim.scenario.kinds import REDRESS, NonNegative, Part, Positive, Share


class Apology(Part):
    """Saying sorry: worth a part of the loss, and nothing when it comes late."""

    share: Share = 1.0
    process_ratio: NonNegative = 0.5
    other_ratio: NonNegative = 0.2
    within_h: Positive = 24.0
    unit_cost: NonNegative = 0.0
    work_min: NonNegative = 0.0


class Remedy(Part):
    """Money or goods: worth to the customer, cost to the brand."""

    share: Share = 1.0
    worth_cost: NonNegative
    unit_cost: NonNegative
    work_min: NonNegative = 0.0


class Redress(Part):
    """The kinds that a policy may choose from."""

    apology: Apology | None = None
    refund: Remedy | None = None
    replacement: Remedy | None = None
    other_fit: Share = 0.5

    def list_kinds(self) -> dict[str, Apology | Remedy]:
        """List what is offered, by name."""
        kinds = {"apology": self.apology, "refund": self.refund, "replacement": self.replacement}
        return {name: kind for name, kind in kinds.items() if kind is not None}

    def list_numbers(self, name: Literal["share", "unit_cost", "work_min"]) -> list[float]:
        """List a number of each kind, by code; 0 where it is not offered."""
        offered = self.list_kinds()
        return [getattr(offered[one], name) if one in offered else 0.0 for one in REDRESS]
