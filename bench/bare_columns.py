"""What the bare side shows of an issue, and which issues are open."""

OPEN = "i.state NOT IN ('draft', 'signed_off', 'suspended', 'dismissed')"
COLUMNS = """SELECT i.id, i.number, i.state, i.severity, substr(i.description, 1, 120), i.deadline, i.first_deadline,
    i.extensions, i.assigned_at, i.progress_note, p.name AS place, t.name AS town, u.name AS unit, s.name AS star,
    r.name AS responsible, g.name AS grp
    FROM issue i LEFT JOIN unit p ON p.id = i.location_id LEFT JOIN unit t ON t.id = i.township_id
    LEFT JOIN unit u ON u.id = i.responsible_unit_id LEFT JOIN star s ON s.id = i.star_id
    LEFT JOIN person r ON r.id = i.responsible_id LEFT JOIN supervision_group g ON g.id = i.found_by_group_id"""
