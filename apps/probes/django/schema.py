"""Make or drop the schema in which a made project keeps its own tables."""

import os
import sys

import psycopg


with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
    connection.execute("DROP SCHEMA IF EXISTS probe_project CASCADE")
    if sys.argv[1] == "make":
        connection.execute("CREATE SCHEMA probe_project")
