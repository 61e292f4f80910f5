"""What a plan is held against: standard policies at equal cost, tuned Erlang-A, today's roster."""
