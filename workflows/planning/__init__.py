"""How a round is planned: what is due in, a plan out; the same input and seed give the same plan."""
