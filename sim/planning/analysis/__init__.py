"""Questions about a plan that was found: budgets, levers, prices, risks, comparisons."""
