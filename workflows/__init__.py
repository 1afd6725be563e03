"""The law: state machines, working days and policy; standard library and ``transitions`` only."""
