--liquibase formatted sql

--changeset docchat:windows splitStatements:false
-- How much of a limit was used in the window of time that runs, by all nodes together. A name is a hash: what people
-- type as their name when they sign in, and where from, is in none of it. Not logged: it costs no flush to disk, and a
-- crash of the database only begins all windows anew.
create unlogged table used (
    name    bytea       primary key,
    amount  bigint      not null,
    ends_at timestamptz not null
);
create index used_ends on used (ends_at);
-- No policy and no grant: only the owner, before it is known who asks.
alter table used enable row level security;

--changeset docchat:storage splitStatements:false
-- Who sent it, whose storage it therefore takes. Null: it was there before this was kept, or its sender is gone.
alter table document add created_by uuid references app_user on delete set null;
alter table document alter created_by set default caller();
create index document_sender on document (created_by) where created_by is not null;
alter table version add created_by uuid references app_user on delete set null;
alter table version alter created_by set default caller();
create index version_sender on version (created_by) include (size) where created_by is not null;
create index version_size on version (collection_id) include (size);

-- What stands there, whatever its state. Whoever asks waits for those who asked before until their transactions end, so
-- each sees what the others added. Summed up, not kept: so it is right after each deletion, too.
create function stored_by_caller(out bytes bigint, out documents bigint)
    language plpgsql security definer set search_path from current as $$
begin
    perform from app_user where id = caller() for no key update;
    select coalesce(sum(v.size), 0) into bytes from version v where v.created_by = caller();
    select count(*) into documents from document d where d.created_by = caller();
end
$$;
create function stored_in(collection uuid, out bytes bigint, out documents bigint)
    language plpgsql security definer set search_path from current as $$
begin
    if collection <> all (collections_of_caller('EDITOR')) then
        return;
    end if;
    perform from collection c where c.id = stored_in.collection for no key update;
    select coalesce(sum(v.size), 0) into bytes from version v where v.collection_id = collection;
    select count(*) into documents from document d where d.collection_id = collection;
end
$$;

--changeset docchat:storage-asked-once splitStatements:false
-- Who asks is looked up once: compared with each row, as most rows of one user's make it, it took five times as long.
create or replace function stored_by_caller(out bytes bigint, out documents bigint)
    language plpgsql security definer set search_path from current as $$
declare
    who uuid := caller();
begin
    perform from app_user where id = who for no key update;
    select coalesce(sum(v.size), 0) into bytes from version v where v.created_by = who;
    select count(*) into documents from document d where d.created_by = who;
end
$$;
