"""What official documents say: from frozen facts to words, tables and signatures; how that is set stands in reports."""
