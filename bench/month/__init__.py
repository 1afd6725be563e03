"""What ``bench.simulate_month`` is made of: a clock that is stepped, processes that live by it, people, and a judge."""
