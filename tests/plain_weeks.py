"""The shipped weeks before their mechanisms were switched on: overrides that say so key by key.

Closed at night, six starts of shifts without breaks, everybody comes and is as good anywhere, help
after ten minutes, first waits alone count, compensation instead of redress.
"""

KINDS = [
    *({"start_h": start_h, "length_h": 8} for start_h in (7, 9, 12, 14, 16)),
    *({"start_h": start_h, "length_h": 5, "part_time": True} for start_h in (9, 12, 17, 19)),
]
MECHANISMS_OFF = [
    "conversation.later_patience_factor=null",
    "team.off_skill_time=1",
    "team.off_skill_odds=1",
    "team.overflow_decided=false",
    "team.load_counts=open_in_pool",
    "absence.share=0",
    "~redress",
    "costs.shrinkage_share=.30",
    "costs.night_premium=1",
    "costs.weekend_premium=1",
    "costs.compensation_share=.10",
    *(f"topics.{topic}.cause=none" for topic in ("error", "product", "process")),
    "topics.error.compensation=true",
    "topics.product.follow_up=false",
    "topics.process.compensation=true",
    "satisfaction.later_speed_weight=0",
    "satisfaction.a_red=0",
    "satisfaction.b0=0.3066",
    "satisfaction.b_q=0.7737",
    "satisfaction.b_plus=0.7737",
    "satisfaction.b_minus=2.01162",
    "satisfaction.r0=-1.1833",
    "satisfaction.tone_shift=4.1003",
    "satisfaction.personal_shift=3.5285",
    "brand.effort_by_arrival=false",
    "brand.effort_scale=0.064",
]
"""each mechanism at its off-value, the coefficients that were fitted then"""
PLAIN_WEEK = [
    *MECHANISMS_OFF,
    "shifts.open_from_h=7",
    f"shifts.kinds={KINDS}".replace("'", "").replace("True", "true"),
    "team.reference_staff.general=[0,0,0,0,0,0,0,1,1,2,2,2,3,3,3,2,2,2,3,3,2,2,2,1]",
    "team.reference_staff.technical=[0,0,0,0,0,0,0,2,2,2,3,3,3,3,3,3,3,3,3,3,3,3,2,2]",
]
"""and the opening hours, shifts and staff of before"""
