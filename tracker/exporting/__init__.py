"""Makes the files that people export, beside the requests: reads the rows of one instant, writes them, hands them over.

``run`` makes one export after the other, ``pulse`` says meanwhile how far it is and notices that it was given up.
What there is to make is in ``makers``: by kind, one function that writes into an open file and returns the outcome.

A further medium for the ledgers: write a function like those in ``ledgers.WRITERS`` (the open file, the ledgers with
their rows, the pulse), add it there, add the medium to ``ExportMedium`` and ``LedgerMedium`` if it is not there yet,
with its words and a migration, and a route like its neighbours' in ``views/ledger_files.py``. Rows are counted as they
go by; work that goes on after the last row calls ``pulse.check()`` now and then, so that it can be given up.

A further kind of document: say in ``shown.SHOWN`` what it says and count it among ``PAPERS``; a further workbook: a
function in ``books.BOOKS``. Either needs a member of ``ExportKind`` with its words and a migration, its row in
``services.export_rights.RIGHTS``, and a button that orders it (``views.papers.order_paper``,
``views.exports.order_list``).
"""
