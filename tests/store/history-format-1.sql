PRAGMA application_id = 1181701192;
PRAGMA user_version = 1;
BEGIN TRANSACTION;
CREATE TABLE conditions (
    run TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    digest TEXT NOT NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (run, digest, name)
) STRICT;
INSERT INTO "conditions" VALUES('20260101T032300Z-versions-0001','0123456789ab','machine','Test CPU, 2 cores (abcd1234)');
INSERT INTO "conditions" VALUES('20260101T032300Z-versions-0001','0123456789ab','engine','local');
INSERT INTO "conditions" VALUES('20260101T032300Z-versions-0001','ba9876543210','machine','Test CPU, 2 cores (abcd1234)');
INSERT INTO "conditions" VALUES('20260101T032300Z-versions-0001','ba9876543210','engine','local');
CREATE TABLE points (
    run TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    line TEXT NOT NULL,
    target TEXT NOT NULL,
    workload TEXT NOT NULL,
    metric TEXT NOT NULL,
    reference TEXT,
    conditions TEXT NOT NULL,
    value REAL,
    low REAL,
    high REAL,
    level REAL,
    n INTEGER,
    void TEXT,
    PRIMARY KEY (run, target, workload, metric)
) STRICT;
INSERT INTO "points" VALUES('20260101T032300Z-versions-0001','flask/gunicorn-gthread','flask@1.0/gunicorn-gthread','json','cpu','floor@1.0/gunicorn-gthread','0123456789ab',NULL,NULL,NULL,NULL,NULL,'no such <trial>');
INSERT INTO "points" VALUES('20260101T032300Z-versions-0001','flask/gunicorn-gthread','flask@1.0/gunicorn-gthread','hello','instructions',NULL,'ba9876543210',371234.5,NULL,NULL,NULL,NULL,NULL);
CREATE TABLE runs (
    id TEXT PRIMARY KEY,
    created_at TEXT NOT NULL,
    machine TEXT NOT NULL,
    profile TEXT NOT NULL,
    rounds INTEGER NOT NULL,
    measuring TEXT,
    decides_nothing TEXT,
    made_from TEXT NOT NULL
) STRICT;
INSERT INTO "runs" VALUES('20260101T032300Z-versions-0001','2026-01-01T03:23:00Z','abcd1234','versions',14,'mmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmmm','the twin, 3 % apart','0000000000000000000000000000000000000000000000000000000000000001');
CREATE TABLE targets (
    run TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    target TEXT NOT NULL,
    version TEXT NOT NULL,
    packages TEXT NOT NULL,
    app_sha256 TEXT NOT NULL,
    PRIMARY KEY (run, target)
) STRICT;
INSERT INTO "targets" VALUES('20260101T032300Z-versions-0001','flask@1.0/gunicorn-gthread','1.0.3','{"Werkzeug": "3.1.8", "flask": "1.0.3"}','aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa');
INSERT INTO "targets" VALUES('20260101T032300Z-versions-0001','floor@1.0/gunicorn-gthread','1','{"gunicorn": "25.1"}','bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb');
COMMIT;
