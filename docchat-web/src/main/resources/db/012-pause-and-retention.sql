--liquibase formatted sql

--changeset docchat:pause splitStatements:false
-- A collection that stands here is not indexed until it no longer does.
create table pause (
    collection_id uuid primary key references collection on delete cascade,
    paused_at     timestamptz not null default now()
);
grant select, insert, delete on pause to docchat_app;
grant select on pause to docchat_worker;
alter table pause enable row level security;
create policy seen on pause for select to docchat_app
    using (collection_id = any ((select collections_of_caller('VIEWER'))::uuid[]));
create policy made on pause for insert to docchat_app
    with check (collection_id = any ((select collections_of_caller('EDITOR'))::uuid[]));
create policy removed on pause for delete to docchat_app
    using (collection_id = any ((select collections_of_caller('EDITOR'))::uuid[]));
create policy work on pause for select to docchat_worker using (true);
-- What waited may go on.
create trigger pause_ended after delete on pause for each statement execute function version_waits();

--changeset docchat:retention splitStatements:false
-- Versions that were current before this moment, or some of them, are no longer kept.
alter table document add kept_from timestamptz;
create index document_kept_from on document (collection_id, kept_from) where kept_from is not null;
create index version_replaced on version (document_id, number) where not newest;
