BEGIN TRANSACTION;
PRAGMA user_version = 2;
CREATE TABLE faults (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL,
  route TEXT NOT NULL,
  options TEXT NOT NULL,
  nth INTEGER NOT NULL,
  times INTEGER NOT NULL,
  seen INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE history (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  job_id INTEGER NOT NULL,
  at REAL NOT NULL,
  event TEXT NOT NULL,
  data TEXT NOT NULL
);
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
INSERT INTO "jobs" VALUES(1,'0123456789abcdef0123456789abcdef','local','minimal-dev-9d3f2d','testqueue','{"desc": "", "queue_name": "testQueue", "cu_number": 2, "manager_cu_number": 1, "parallel_number": 1, "checkpoint_enabled": false, "checkpoint_mode": 1, "checkpoint_interval": 30, "log_enabled": false, "obs_bucket": null, "smn_topic": null, "main_class": null, "entrypoint_args": null, "restart_when_exception": false, "entrypoint": "a.jar", "dependency_jars": null, "dependency_files": null, "tm_cus": 1, "tm_slot_num": null, "execution_agency_urn": null, "resume_checkpoint": false, "resume_max_num": -1, "checkpoint_path": null, "runtime_config": null, "flink_log_config": null, "resource_config_version": "v1", "resource_config": null, "feature": null, "flink_version": null, "image": null}',1795686439235,1795686439235,NULL,'job_running','simulated: no Flink runs this job',NULL,NULL,1795686439270,NULL,0,2,NULL,0,0,NULL,NULL,NULL,1,1.79568643926994848253e+09,'{}','{}');
INSERT INTO "jobs" VALUES(2,'0123456789abcdef0123456789abcdef','local','texts','testqueue','{"desc": "", "queue_name": "TESTQUEUE", "cu_number": 3, "manager_cu_number": 1, "parallel_number": 2, "checkpoint_enabled": false, "checkpoint_mode": 1, "checkpoint_interval": 30, "log_enabled": false, "obs_bucket": "bucket", "smn_topic": null, "main_class": null, "entrypoint_args": "--rate  3", "restart_when_exception": false, "entrypoint": "etl.jar", "dependency_jars": null, "dependency_files": null, "tm_cus": 1, "tm_slot_num": null, "execution_agency_urn": null, "resume_checkpoint": false, "resume_max_num": -1, "checkpoint_path": null, "runtime_config": null, "flink_log_config": null, "resource_config_version": "v1", "resource_config": null, "feature": null, "flink_version": null, "image": null}',1795686439274,1795686439274,NULL,'job_running','simulated: no Flink runs this job',NULL,NULL,1795686439304,NULL,0,3,NULL,0,0,NULL,NULL,'bucket/jobs/checkpoint/2_1795686439304/',1,1.79568643930409646038e+09,'{}','{}');
INSERT INTO "jobs" VALUES(3,'0123456789abcdef0123456789abcdef','local','sizes','testqueue','{"desc": "", "queue_name": "testQueue", "cu_number": 2, "manager_cu_number": 1, "parallel_number": 1, "checkpoint_enabled": false, "checkpoint_mode": 1, "checkpoint_interval": 30, "log_enabled": false, "obs_bucket": "bucket", "smn_topic": null, "main_class": null, "entrypoint_args": null, "restart_when_exception": false, "entrypoint": "etl.jar", "dependency_jars": null, "dependency_files": null, "tm_cus": 1, "tm_slot_num": null, "execution_agency_urn": null, "resume_checkpoint": false, "resume_max_num": -1, "checkpoint_path": null, "runtime_config": null, "flink_log_config": null, "resource_config_version": "v2", "resource_config": {"max_slot": 2, "parallel_number": 2, "jobmanager_resource_spec": {"cpu": 1.0, "memory": "4G"}, "taskmanager_resource_spec": {"cpu": 1.0, "memory": "4096 MB"}}, "feature": null, "flink_version": "1.15", "image": null}',1795686439290,1795686439290,NULL,'job_running','simulated: no Flink runs this job',NULL,NULL,1795686439322,NULL,0,2,NULL,0,0,NULL,NULL,'bucket/jobs/checkpoint/3_1795686439322/',1,1.79568643932210302354e+09,'{}','{}');
INSERT INTO "jobs" VALUES(4,'0123456789abcdef0123456789abcdef','local','crashes','testqueue','{"desc": "", "queue_name": "testQueue", "cu_number": 3, "manager_cu_number": 1, "parallel_number": 1, "checkpoint_enabled": false, "checkpoint_mode": 1, "checkpoint_interval": 30, "log_enabled": false, "obs_bucket": "bucket", "smn_topic": null, "main_class": null, "entrypoint_args": null, "restart_when_exception": false, "entrypoint": "etl.jar", "dependency_jars": null, "dependency_files": null, "tm_cus": 1, "tm_slot_num": null, "execution_agency_urn": null, "resume_checkpoint": false, "resume_max_num": -1, "checkpoint_path": null, "runtime_config": null, "flink_log_config": null, "resource_config_version": "v1", "resource_config": null, "feature": null, "flink_version": null, "image": null}',1795686439307,1795686450755,NULL,'job_running','simulated: no Flink runs this job',NULL,NULL,1795686450770,NULL,0,3,NULL,0,0,NULL,NULL,'bucket/jobs/checkpoint/4_1795686439332/',9,1.79568645076985311504e+09,'{}','{}');
INSERT INTO "jobs" VALUES(5,'0123456789abcdef0123456789abcdef','local','stopped',NULL,'{"desc": "", "queue_name": null, "cu_number": 2, "manager_cu_number": 1, "parallel_number": 1, "checkpoint_enabled": false, "checkpoint_mode": 1, "checkpoint_interval": 30, "log_enabled": false, "obs_bucket": "bucket", "smn_topic": null, "main_class": null, "entrypoint_args": null, "restart_when_exception": false, "entrypoint": null, "dependency_jars": null, "dependency_files": null, "tm_cus": 1, "tm_slot_num": null, "execution_agency_urn": null, "resume_checkpoint": false, "resume_max_num": -1, "checkpoint_path": null, "runtime_config": null, "flink_log_config": null, "resource_config_version": "v1", "resource_config": null, "feature": null, "flink_version": null, "image": null}',1795686439317,1795686439317,NULL,'job_init','',NULL,NULL,NULL,NULL,0,0,NULL,0,0,NULL,NULL,NULL,0,NULL,'{}','{}');
INSERT INTO "jobs" VALUES(6,'0123456789abcdef0123456789abcdef','local','whole','testqueue','{"desc": "every argument", "queue_name": "testQueue", "cu_number": 4, "manager_cu_number": 1, "parallel_number": 2, "checkpoint_enabled": true, "checkpoint_mode": 2, "checkpoint_interval": 60, "log_enabled": true, "obs_bucket": "bucket", "smn_topic": "topic", "main_class": "a.B", "entrypoint_args": "--rate 3 --key planted", "restart_when_exception": true, "entrypoint": "obs://jars/a.jar", "dependency_jars": ["obs://jars/b.jar"], "dependency_files": ["obs://jars/f.csv", "obs://jars/e.csv"], "tm_cus": 1, "tm_slot_num": 1, "execution_agency_urn": "agency", "resume_checkpoint": true, "resume_max_num": 3, "checkpoint_path": null, "runtime_config": "[{\"key\": \"flag\", \"value\": \"true\"}, {\"key\": \"a.b\", \"value\": \"c\"}, {\"key\": \"d\", \"value\": \"5\"}]", "flink_log_config": null, "resource_config_version": "v1", "resource_config": null, "feature": "basic", "flink_version": "1.15", "image": null}',1795686439353,1795686439353,NULL,'job_running','simulated: no Flink runs this job',NULL,NULL,1795686439365,NULL,0,4,NULL,0,0,NULL,NULL,'bucket/jobs/checkpoint/6_1795686439365/',1,1.79568643936459732056e+09,'{}','{}');
INSERT INTO "jobs" VALUES(7,'0123456789abcdef0123456789abcdef','local','rests','testqueue','{"desc": "", "queue_name": "testQueue", "cu_number": 2, "manager_cu_number": 1, "parallel_number": 1, "checkpoint_enabled": false, "checkpoint_mode": 1, "checkpoint_interval": 30, "log_enabled": false, "obs_bucket": "bucket", "smn_topic": null, "main_class": null, "entrypoint_args": null, "restart_when_exception": false, "entrypoint": "etl.jar", "dependency_jars": null, "dependency_files": null, "tm_cus": 1, "tm_slot_num": null, "execution_agency_urn": null, "resume_checkpoint": false, "resume_max_num": -1, "checkpoint_path": null, "runtime_config": null, "flink_log_config": null, "resource_config_version": "v1", "resource_config": null, "feature": null, "flink_version": null, "image": null}',1795686439368,1795686447090,NULL,'job_cancel_success','',NULL,NULL,1795686439382,1795686447072,0,0,NULL,0,1,'bucket/jobs/savepoint/7/2026-11-26_09-47-27/',NULL,'bucket/jobs/checkpoint/7_1795686439382/',8,NULL,'{}','{}');
INSERT INTO "jobs" VALUES(8,'0123456789abcdef0123456789abcdef','local','drifts','testqueue','{"desc": "", "queue_name": "testQueue", "cu_number": 2, "manager_cu_number": 1, "parallel_number": 1, "checkpoint_enabled": false, "checkpoint_mode": 1, "checkpoint_interval": 30, "log_enabled": false, "obs_bucket": "bucket", "smn_topic": "theirs", "main_class": null, "entrypoint_args": null, "restart_when_exception": true, "entrypoint": "etl.jar", "dependency_jars": null, "dependency_files": null, "tm_cus": 1, "tm_slot_num": null, "execution_agency_urn": null, "resume_checkpoint": false, "resume_max_num": -1, "checkpoint_path": null, "runtime_config": null, "flink_log_config": null, "resource_config_version": "v1", "resource_config": null, "feature": null, "flink_version": null, "image": null}',1795686439371,1795686455032,NULL,'job_running','simulated: no Flink runs this job',NULL,NULL,1795686439379,NULL,0,2,NULL,0,0,NULL,NULL,'bucket/jobs/checkpoint/8_1795686439379/',1,1.79568643937855720524e+09,'{}','{}');
INSERT INTO "jobs" VALUES(9,'0123456789abcdef0123456789abcdef','local','theirs','testqueue','{"desc": "", "queue_name": "testQueue", "cu_number": 2, "manager_cu_number": 1, "parallel_number": 1, "checkpoint_enabled": false, "checkpoint_mode": 1, "checkpoint_interval": 30, "log_enabled": false, "obs_bucket": null, "smn_topic": null, "main_class": null, "entrypoint_args": null, "restart_when_exception": false, "entrypoint": "t.jar", "dependency_jars": null, "dependency_files": null, "tm_cus": 1, "tm_slot_num": null, "execution_agency_urn": null, "resume_checkpoint": false, "resume_max_num": -1, "checkpoint_path": null, "runtime_config": null, "flink_log_config": null, "resource_config_version": "v1", "resource_config": null, "feature": null, "flink_version": null, "image": null}',1795686439950,1795686443318,NULL,'job_running','simulated: no Flink runs this job',NULL,NULL,1795686443322,NULL,0,2,NULL,0,0,NULL,NULL,NULL,1,1.79568644332239246369e+09,'{}','{}');
INSERT INTO "jobs" VALUES(10,'0123456789abcdef0123456789abcdef','local','unborn','testqueue','{"desc": "", "queue_name": "testQueue", "cu_number": 2, "manager_cu_number": 1, "parallel_number": 1, "checkpoint_enabled": false, "checkpoint_mode": 1, "checkpoint_interval": 30, "log_enabled": false, "obs_bucket": "bucket", "smn_topic": null, "main_class": null, "entrypoint_args": null, "restart_when_exception": false, "entrypoint": "etl.jar", "dependency_jars": null, "dependency_files": null, "tm_cus": 1, "tm_slot_num": null, "execution_agency_urn": null, "resume_checkpoint": false, "resume_max_num": -1, "checkpoint_path": null, "runtime_config": null, "flink_log_config": null, "resource_config_version": "v1", "resource_config": null, "feature": null, "flink_version": null, "image": null}',1795686447155,1795686447155,NULL,'job_running','simulated: no Flink runs this job',NULL,NULL,1795686447158,NULL,0,2,NULL,0,0,NULL,NULL,'bucket/jobs/checkpoint/10_1795686447158/',1,1.79568644715838813784e+09,'{}','{}');
INSERT INTO "jobs" VALUES(11,'0123456789abcdef0123456789abcdef','local','fails','testqueue','{"desc": "", "queue_name": "testQueue", "cu_number": 2, "manager_cu_number": 1, "parallel_number": 1, "checkpoint_enabled": false, "checkpoint_mode": 1, "checkpoint_interval": 30, "log_enabled": false, "obs_bucket": "bucket", "smn_topic": null, "main_class": null, "entrypoint_args": null, "restart_when_exception": false, "entrypoint": "etl.jar", "dependency_jars": null, "dependency_files": null, "tm_cus": 1, "tm_slot_num": null, "execution_agency_urn": null, "resume_checkpoint": false, "resume_max_num": -1, "checkpoint_path": null, "runtime_config": null, "flink_log_config": null, "resource_config_version": "v1", "resource_config": null, "feature": null, "flink_version": null, "image": null}',1795686454397,1795686454397,NULL,'job_submit_fail','no such class',NULL,NULL,NULL,1795686454401,0,0,NULL,0,0,NULL,NULL,NULL,0,NULL,'{}','{}');
CREATE TABLE requests (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  at REAL NOT NULL,
  method TEXT NOT NULL,
  path TEXT NOT NULL,
  status INTEGER,
  body TEXT NOT NULL
);
CREATE TABLE savepoints (
  path TEXT PRIMARY KEY,
  job_id INTEGER NOT NULL,
  kind TEXT NOT NULL,
  counter INTEGER NOT NULL,
  shape TEXT NOT NULL,
  taken_at REAL NOT NULL
) WITHOUT ROWID;
INSERT INTO "savepoints" VALUES('bucket/jobs/savepoint/7/2026-11-26_09-47-27/',7,'stop',8,'1 etl.jar',1.79568644707219886779e+09);
CREATE TABLE settings (name TEXT PRIMARY KEY, value REAL NOT NULL) WITHOUT ROWID;
INSERT INTO "settings" VALUES('start_delay',0.0);
INSERT INTO "settings" VALUES('stop_delay',0.0);
CREATE TABLE tags (
  job_id INTEGER NOT NULL,
  key TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (job_id, key)
) WITHOUT ROWID;
INSERT INTO "tags" VALUES(6,'a','1');
INSERT INTO "tags" VALUES(6,'b','2');
INSERT INTO "tags" VALUES(7,'pulumi-owner','03b54cb2c357b43d143340bbc9102877');
INSERT INTO "tags" VALUES(6,'pulumi-owner','27f7b0ae91ac2002c9873f9928c0ccee');
INSERT INTO "tags" VALUES(4,'pulumi-owner','7c51640028268a39c959182b1c9872b3');
INSERT INTO "tags" VALUES(8,'pulumi-owner','95a288bdd5f75e105518e51a9b066aa8');
INSERT INTO "tags" VALUES(3,'pulumi-owner','9c31a1d95c5e980fd0e6384b36aef0d0');
INSERT INTO "tags" VALUES(1,'pulumi-owner','9d3f2dfa35192c856a10037dbcd2c985');
INSERT INTO "tags" VALUES(2,'pulumi-owner','afb2b98672fa9284189810c6e8f3d93f');
INSERT INTO "tags" VALUES(5,'pulumi-owner','b388b655daefa6c0fe4247cf039f83e6');
INSERT INTO "tags" VALUES(10,'pulumi-owner','d43865b1dbbe8cd3bec4893d8bd3585e');
INSERT INTO "tags" VALUES(11,'pulumi-owner','df3be1b56ab2a468675839a0c6db3ad8');
INSERT INTO "tags" VALUES(1,'team','data');
INSERT INTO "tags" VALUES(2,'team','data');
INSERT INTO "tags" VALUES(3,'team','data');
INSERT INTO "tags" VALUES(4,'team','data');
INSERT INTO "tags" VALUES(5,'team','data');
INSERT INTO "tags" VALUES(6,'team','data');
INSERT INTO "tags" VALUES(7,'team','data');
INSERT INTO "tags" VALUES(8,'team','data');
INSERT INTO "tags" VALUES(9,'team','data');
INSERT INTO "tags" VALUES(10,'team','data');
INSERT INTO "tags" VALUES(11,'team','data');
CREATE TABLE temporary_keys (
  access_key TEXT PRIMARY KEY,
  secret_key TEXT NOT NULL,
  security_token TEXT NOT NULL,
  expires_at REAL NOT NULL
) WITHOUT ROWID;
CREATE TABLE tokens (
  digest TEXT PRIMARY KEY,
  project_id TEXT,
  expires_at REAL NOT NULL
) WITHOUT ROWID;
CREATE UNIQUE INDEX jobs_name ON jobs (project_id, name) WHERE deleted_at IS NULL;
CREATE INDEX jobs_live ON jobs (project_id, id) WHERE deleted_at IS NULL;
CREATE INDEX jobs_due ON jobs (next_at) WHERE next_at IS NOT NULL;
CREATE INDEX jobs_cus ON jobs (queue_name) WHERE cus > 0;
CREATE INDEX jobs_waiting ON jobs (queue_name)
  WHERE status = 'job_submitting' AND next_at IS NULL AND deleted_at IS NULL;
CREATE INDEX tags_value ON tags (key, value);
CREATE INDEX savepoints_job ON savepoints (job_id);
CREATE INDEX history_job ON history (job_id);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('requests',118);
INSERT INTO "sqlite_sequence" VALUES('jobs',11);
INSERT INTO "sqlite_sequence" VALUES('history',47);
INSERT INTO "sqlite_sequence" VALUES('faults',2);
COMMIT;
