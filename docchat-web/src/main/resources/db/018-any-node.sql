--liquibase formatted sql

--changeset docchat:any-node splitStatements:false
-- What a node needs to take up a session that began on another one. The secret is the browser's; here is its hash.
alter table session add column secret_hash bytea;
alter table session add column csrf_token text;
alter table session add column id_token text;
create unique index session_secret on session (secret_hash);
