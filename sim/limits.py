"""The limits of loader and engines: how much fits, and what refuses more.

Whoever checks a scenario, draws or plays reads them here; ``sim/MODEL.md`` section 2 states
them, ``tests/unit/test_limits.py`` stands on both sides of each. An event's key in the kernel is
one signed 64-bit word, time | rank | mention: 36 + 4 + 23 bits, so more mentions would mean less
time. Whatever lies beyond ends with one line that names key, value and what is allowed.
"""

# A time, a rank and a mention share the 63 bits of one number of the event list: more bits for
# one leave fewer for the others.
TIME_BITS = 36
# Kinds of event at one instant: 16.
RANK_BITS = 4
# See `MAX_MENTIONS`.
MENTION_BITS = 23

LAST_MS = (1 << TIME_BITS) - 1
"""The last instant of engine time, 795 days: what would end later ends then. It lies behind the end
of every run, so that nothing but a reply in hand can be ended by it."""
LONGEST_MS = 1 << 40
"""A duration without end, and the longest there is: 35 years, far beyond `LAST_MS`."""

MAX_DAYS = 400
"""Of a horizon: a year with what goes before it. With the longest lead-in and drain 793 days,
inside `LAST_MS`."""
MAX_LEAD_H = 672
"""Four weeks: who opens more seldom begins with the mail of the last four."""
MAX_DRAIN_H = 8760
"""A year."""

MAX_MENTIONS = 1 << MENTION_BITS
"""Of a replication, candidates too: 8,388,608."""
MAX_EXPECTED_MENTIONS = 8_000_000
"""Of a scenario: the chance of a replication stays above it (one in 10^5 without busy days)."""
MAX_TURNS_DRAWN = 1 << 26
"""Of a replication: 3 GB of draws. An actionable mention has one to `max_turns` of them."""

MAX_TOPICS = 64
"""With influence and returning 256 classes, a list for each in each pool."""
MAX_POOLS = 60
"""A bit for each in a 64-bit word."""
MAX_EVENTS = 1000
"""Each is drawn for each topic, which takes a second where both are at their limit."""
# A tenth of `MAX_AGENTS`, so that the sum over pools stays below it; no care team comes near.
MAX_POOL_AGENTS = 100_000
MAX_AGENTS = 1_000_000
"""On a pool's own schedule, and of whatever else is counted in people, such as the crew; numbers
of agents and of lists are 32-bit words."""
MAX_TURNS = 1000
"""Of a conversation; numbers of turns are 16-bit words."""
MAX_ISSUES = 1000
"""Of a topic's base, or of an event: a million in all at the limits of topics and events."""
MAX_CHILDREN = 600
"""The most expected children of a spreading complaint: exp(-700) is the least number there is."""
MAX_COMMENTS = 1_000_000
"""On one post: fifty times the largest that we found told of."""
MAX_SIGMA = 5.0
"""Of a lognormal size or influence: its mean is 270,000 times its median."""
MAX_BUSY_CV = 10.0
"""Of busy days and hours: at it 93 of 100 days bring less than a mention in a thousand."""
