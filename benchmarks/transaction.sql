-- What one entry in a chart reads and writes, bare: the statements of kinfirst.records for that command, by pgbench.
\set n random(1, :many)
SELECT id AS case_id, casualty FROM bench_case WHERE n = :n \gset
BEGIN;
SELECT "schema" FROM records_engine WHERE id = 1;
SELECT outcome FROM records_answered WHERE realm = 'bench' AND key = ':case_id';
SELECT id, kind, realm, version, seq, outbox_count, policy_digest, head, snapshot FROM records_case WHERE id = ':case_id' FOR UPDATE;
SELECT * FROM people_person WHERE id = ':casualty';
SELECT token FROM records_note WHERE case_id = ':case_id' AND blind = 'none';
SELECT * FROM people_person WHERE id = ':casualty';
SELECT * FROM people_kin WHERE of_id = ':casualty';
SELECT * FROM people_office WHERE realm_id = 'bench' AND office IN ('adviser', 'leader', 'division_head:first');
SELECT * FROM people_deputy WHERE office_id IN (1, 2, 3);
SELECT * FROM people_person WHERE id IN (SELECT holder_id FROM people_office WHERE realm_id = 'bench');
SELECT person, lead FROM records_visit WHERE realm = 'bench' AND open AND person = ':casualty';
UPDATE records_case SET version = version + 1, seq = seq + 1, snapshot = snapshot || '\x00'::bytea, head = mac, unsigned = unsigned + 1 WHERE id = ':case_id';
INSERT INTO records_entry (case_id, seq, at, actor, kind, data, digest) VALUES (':case_id', nextval('bench_seq'), 0, 'pgbench', 'charted', repeat('x', 180), decode(repeat('00', 32), 'hex'));
INSERT INTO records_note (token, case_id, blind, ciphertext, erased_by, mac) VALUES ('note:' || gen_random_uuid(), ':case_id', 'pgbench', decode(repeat('00', 120), 'hex'), '', decode(repeat('00', 32), 'hex'));
INSERT INTO records_answered (realm, key, asked, at, outcome, mac) VALUES ('bench', gen_random_uuid(), '', 0, repeat('x', 120), decode(repeat('00', 32), 'hex'));
COMMIT;
