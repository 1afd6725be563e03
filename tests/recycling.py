"""One PostgreSQL database for many tests: emptied after each, which takes a tenth of what making another one takes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine, Pool, create_engine, text

from tests.postgres import Server

# What the migrations left is kept aside. ``emptied`` says no where a test has left more behind than rows: another
# definition of a table or a trigger, or a transaction that nobody ends.
_PREPARE = """
CREATE SCHEMA fresh;
CREATE FUNCTION fresh.definitions() RETURNS text LANGUAGE sql AS $$
  SELECT string_agg(n || ' ' || newest, ', ') FROM (
    SELECT count(*) AS n, max(xmin::text::bigint) AS newest FROM pg_class WHERE relnamespace = 'public'::regnamespace
    UNION ALL SELECT count(*), max(xmin::text::bigint) FROM pg_trigger
    UNION ALL SELECT count(*), max(xmin::text::bigint) FROM pg_constraint
    UNION ALL SELECT count(*), max(xmin::text::bigint) FROM pg_proc WHERE pronamespace = 'public'::regnamespace
  ) AS found $$;
CREATE TABLE fresh.seeded (name regclass PRIMARY KEY, copy text NOT NULL);
CREATE TABLE fresh.counter AS SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public';
DO $$ DECLARE one regclass; any_row boolean; BEGIN
  FOR one IN SELECT oid FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace LOOP
    EXECUTE format('SELECT EXISTS (SELECT FROM %s)', one) INTO any_row;
    IF any_row THEN
      INSERT INTO fresh.seeded VALUES (one, format('fresh.%I', 'of_' || one::oid));
      EXECUTE format('CREATE TABLE fresh.%I AS TABLE %s', 'of_' || one::oid, one);
    END IF;
  END LOOP;
END $$;
CREATE TABLE fresh.definition AS SELECT fresh.definitions() AS kept;
CREATE FUNCTION fresh.emptied() RETURNS boolean LANGUAGE plpgsql SET session_replication_role = replica AS $$
DECLARE one regclass; source text; any_row boolean; BEGIN
  IF fresh.definitions() <> (SELECT kept FROM fresh.definition) OR EXISTS (
    SELECT FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'
  ) THEN RETURN false; END IF;
  FOR one, source IN SELECT c.oid, s.copy FROM pg_class AS c LEFT JOIN fresh.seeded AS s ON s.name = c.oid
    WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace LOOP
    EXECUTE format('SELECT EXISTS (SELECT FROM %s)', one) INTO any_row;
    IF any_row THEN EXECUTE format('DELETE FROM %s', one); END IF;
    IF source IS NOT NULL THEN EXECUTE format('INSERT INTO %s TABLE %s', one, source); END IF;
  END LOOP;
  PERFORM setval(
      format('public.%I', now.sequencename), coalesce(kept.last_value, now.start_value), kept.last_value IS NOT NULL
    )
    FROM pg_sequences AS now JOIN fresh.counter AS kept USING (sequencename)
    WHERE now.schemaname = 'public' AND now.last_value IS DISTINCT FROM kept.last_value;
  RETURN true;
END $$;
"""


@dataclass
class Recycled:
    """A database of one process, copied from ``template`` when there is none; ``pools`` are of its connections."""

    server: Server
    template: str
    pools: dict[str, Pool]
    url: str = ""
    _keeper: Engine | None = None

    def lend(self) -> str:
        """Return the address of an empty, migrated database."""
        if not self.url:
            self.url = self.server.create(template=self.template)
            self._keeper = create_engine(self.url, isolation_level="AUTOCOMMIT", pool_size=1)
            with self._keeper.connect() as connection:
                connection.exec_driver_sql(_PREPARE.replace("%", "%%"))  # the driver looks for placeholders
        return self.url

    def take_back(self) -> None:
        """Empty the database; drop it where that is not enough."""
        assert self._keeper is not None
        emptied: Any = False
        with self._keeper.connect() as connection:
            emptied = connection.execute(text("SELECT fresh.emptied()")).scalar_one()
        if not emptied:
            self.drop()

    def drop(self) -> None:
        """Remove the database and close its connections."""
        if not self.url:
            return
        pool = self.pools.pop(self.url, None)
        if pool is not None:
            pool.dispose()
        if self._keeper is not None:
            self._keeper.dispose()
        self.server.drop(self.url)
        self.url = ""
