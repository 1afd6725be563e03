"""A file comes in: read into rows, understood by a mapping, looked at and corrected, stored, and taken back."""
