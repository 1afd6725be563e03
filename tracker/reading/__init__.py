"""How a stranger's table is understood: its headings, days, names and lists. Pure: no database, no file, no clock."""
