-- Back to the seed, with no dead rows left behind.
TRUNCATE world;
INSERT INTO world (id, randomnumber)
    SELECT id, (id * 2654435761 % 4294967296) % 10000 + 1
    FROM generate_series(1::bigint, 10000) AS id;
VACUUM ANALYZE world;
