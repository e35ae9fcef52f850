--liquibase formatted sql

--changeset docchat:embedding-models splitStatements:false
-- The model whose embeddings answer. Null: the one that comes with DocChat.
alter table collection add embedding_model text;

-- Models whose embeddings a collection has, or is being given, beside those that answer. complete: each passage of an
-- indexed version has one. What is not complete is work, leased for a while by one worker.
create table standby (
    collection_id uuid        not null references collection on delete cascade,
    model         text        not null,
    complete      boolean     not null default false,
    attempts      int         not null default 0,
    problem       text,
    not_before    timestamptz not null default now(),
    served_at     timestamptz,
    leased_by     uuid,
    leased_until  timestamptz,
    primary key (collection_id, model)
);
create index standby_waiting on standby (served_at nulls first) where not complete;

grant select, insert, update, delete on standby to docchat_app;
grant select, update on standby to docchat_worker;
alter table standby enable row level security;
create policy seen on standby for select to docchat_app
    using (collection_id = any ((select collections_of_caller('VIEWER'))::uuid[]));
create policy made on standby for insert to docchat_app
    with check (collection_id = any ((select collections_of_caller('OWNER'))::uuid[]));
create policy changed on standby for update to docchat_app
    using (collection_id = any ((select collections_of_caller('OWNER'))::uuid[]));
create policy removed on standby for delete to docchat_app
    using (collection_id = any ((select collections_of_caller('OWNER'))::uuid[]));
create policy work on standby to docchat_worker using (true) with check (true);

create trigger standby_waits after insert or update of complete, not_before on standby for each row
    when (not new.complete and new.leased_by is null) execute function version_waits();

create function audited_embeddings() returns trigger language plpgsql security definer set search_path from current as $$
begin
    case tg_table_name || ' ' || tg_op
        when 'collection UPDATE' then
            perform audit_act('embeddings.switch', array[new.id], null, coalesce(new.embedding_model, 'the bundled model'));
        when 'standby INSERT' then
            perform audit_act('embeddings.fill', array[new.collection_id], null, new.model);
        when 'standby DELETE' then
            perform audit_act('embeddings.drop', array[old.collection_id], null, old.model);
    end case;
    return null;
end
$$;
create constraint trigger audited_switch after update on collection deferrable initially deferred
    for each row when (old.embedding_model is distinct from new.embedding_model) execute function audited_embeddings();
create constraint trigger audited after insert on standby deferrable initially deferred
    for each row execute function audited_embeddings();
create constraint trigger audited_delete after delete on standby deferrable initially deferred
    for each row when (pg_trigger_depth() = 0) execute function audited_embeddings();
