"""Making the plan of a round: gathering what is due, choosing who goes where, keeping the result."""
