"""What to expect: of 100 customers, if the event comes, with a tenth of the money."""
