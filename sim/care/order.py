"""The order of simultaneous events: time, then rank, then number of the mention or pool.

Statement: ``sim/MODEL.md`` section 2; checked by ``tests/equivalence`` on times of a
coarse grid, where nearly every event has others at its instant.
"""

PATIENCE_ENDS = 0
TRIGGER_IS_CHECKED = 1
STAFF_CHANGES = 2
WORK_IS_DONE = 3
CASE_IS_DORMANT = 4
MENTION_ARRIVES = 5
STREAM_IS_SWEPT = 6
CUSTOMER_COMES_BACK = 7
SPELL_IS_OVERDUE = 8
