"""Words that the lines of a review share."""

from collections.abc import Sequence


def join_names(names: Sequence[str]) -> str:
    """Names as a sentence has them: a, b and c.

    Examples
    --------
    >>> join_names(["a", "b", "c"])
    'a, b and c'
    """
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"
