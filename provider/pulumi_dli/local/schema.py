"""The tables of the data folder's database, and the number of their format."""

from __future__ import annotations

VERSION = 2

SCHEMA = """
CREATE TABLE jobs (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  project_id TEXT NOT NULL,
  user_name TEXT NOT NULL,
  name TEXT NOT NULL,
  queue_name TEXT,
  definition TEXT NOT NULL,
  create_time INTEGER NOT NULL,
  update_time INTEGER NOT NULL,
  deleted_at REAL,
  status TEXT NOT NULL,
  status_desc TEXT NOT NULL,
  shown_status TEXT,
  shown_until REAL,
  start_time INTEGER,
  end_time INTEGER,
  restart_times INTEGER NOT NULL,
  cus INTEGER NOT NULL,
  next_at REAL,
  stopping INTEGER NOT NULL,
  has_savepoint INTEGER NOT NULL,
  savepoint_path TEXT,
  resume_path TEXT,
  checkpoint_dir TEXT,
  counter INTEGER NOT NULL,
  counting_since REAL,
  doom TEXT NOT NULL,
  run TEXT NOT NULL
);
CREATE UNIQUE INDEX jobs_name ON jobs (project_id, name) WHERE deleted_at IS NULL;
CREATE INDEX jobs_live ON jobs (project_id, id) WHERE deleted_at IS NULL;
CREATE INDEX jobs_due ON jobs (next_at) WHERE next_at IS NOT NULL;
CREATE INDEX jobs_cus ON jobs (queue_name) WHERE cus > 0;
CREATE INDEX jobs_waiting ON jobs (queue_name)
  WHERE status = 'job_submitting' AND next_at IS NULL AND deleted_at IS NULL;
CREATE TABLE tags (
  job_id INTEGER NOT NULL,
  key TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (job_id, key)
) WITHOUT ROWID;
CREATE INDEX tags_value ON tags (key, value);
CREATE TABLE savepoints (
  path TEXT PRIMARY KEY,
  job_id INTEGER NOT NULL,
  kind TEXT NOT NULL,
  counter INTEGER NOT NULL,
  shape TEXT NOT NULL,
  taken_at REAL NOT NULL
) WITHOUT ROWID;
CREATE INDEX savepoints_job ON savepoints (job_id);
CREATE TABLE history (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  job_id INTEGER NOT NULL,
  at REAL NOT NULL,
  event TEXT NOT NULL,
  data TEXT NOT NULL
);
CREATE INDEX history_job ON history (job_id);
CREATE TABLE requests (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  at REAL NOT NULL,
  method TEXT NOT NULL,
  path TEXT NOT NULL,
  status INTEGER,
  body TEXT NOT NULL
);
CREATE TABLE tokens (
  digest TEXT PRIMARY KEY,
  project_id TEXT,
  expires_at REAL NOT NULL
) WITHOUT ROWID;
CREATE TABLE temporary_keys (
  access_key TEXT PRIMARY KEY,
  secret_key TEXT NOT NULL,
  security_token TEXT NOT NULL,
  expires_at REAL NOT NULL
) WITHOUT ROWID;
CREATE TABLE faults (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL,
  route TEXT NOT NULL,
  options TEXT NOT NULL,
  nth INTEGER NOT NULL,
  times INTEGER NOT NULL,
  seen INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE settings (name TEXT PRIMARY KEY, value REAL NOT NULL) WITHOUT ROWID;
"""
