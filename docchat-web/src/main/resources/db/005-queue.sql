--liquibase formatted sql

--changeset docchat:queue splitStatements:false
-- Collections take turns; the one that was served longest ago is next.
alter table collection add served_at timestamptz;
grant update (served_at) on collection to docchat_worker;
create policy served on collection for update to docchat_worker using (true) with check (true);

-- The order within a collection: a large document stands as if it had come later.
alter table version add due timestamptz not null default now();
create index version_waiting on version (collection_id, due) where state in ('received', 'parsing', 'embedding');
create index version_hopeless on version (attempts)
    where state in ('received', 'parsing', 'embedding') and attempts >= 5;
drop index version_queue;

create function version_waits() returns trigger language plpgsql as $$
begin
    perform pg_notify('docchat_queue', '');
    return null;
end
$$;
create trigger version_inserted after insert on version for each row
    when (new.state in ('received', 'embedding')) execute function version_waits();
create trigger version_begins_anew after update of state on version for each row
    when (new.state = 'received' and old.state <> 'received') execute function version_waits();

--changeset docchat:broken-uploads splitStatements:false
-- Null once a version has it. An upload under way puts the time off with each piece; what is past it broke off together
-- with its server, and is swept.
alter table content add expires_at timestamptz default now() + interval '1 hour';
update content c set expires_at = null where exists (select from version v where v.content_id = c.id);
create index content_expires on content (expires_at) where expires_at is not null;
