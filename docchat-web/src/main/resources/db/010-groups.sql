--liquibase formatted sql

--changeset docchat:groups splitStatements:false
create table user_group (
    id         uuid primary key default gen_random_uuid(),
    name       text        not null,
    created_at timestamptz not null default now()
);
create unique index user_group_name on user_group (lower(name));

create table group_user (
    group_id uuid not null references user_group on delete cascade,
    user_id  uuid not null references app_user on delete cascade,
    primary key (user_id, group_id)
);
create index group_user_group on group_user (group_id);

-- What everybody in a group may do in a collection; see member.
create table group_role (
    collection_id uuid not null references collection on delete cascade,
    group_id      uuid not null references user_group on delete cascade,
    role          text not null check (role in ('VIEWER', 'EDITOR', 'OWNER')),
    primary key (collection_id, group_id)
);
create index group_role_group on group_role (group_id);

--changeset docchat:groups-rights splitStatements:false
-- The best of what the caller was given and of what their groups were given; nothing for whoever is disabled, also in
-- streams that are under way. In PL/pgSQL, which keeps the plan for the
-- connection; each policy of each statement asks, and planning takes ten times as long as looking.
create or replace function roles_of_caller() returns table (collection_id uuid, role text)
    stable rows 20 language plpgsql security definer set search_path from current as $$
#variable_conflict use_column
declare
    who   uuid    := caller();
    scope uuid[]  := scope_of_caller();
    reads boolean := caller_only_reads();
begin
    return query
    select given.collection_id,
           case when reads then 'VIEWER'
                when bool_or(given.role = 'OWNER') then 'OWNER'
                when bool_or(given.role = 'EDITOR') then 'EDITOR'
                else 'VIEWER' end
      from (select m.collection_id, m.role from member m where m.user_id = who
            union all
            select r.collection_id, r.role
              from group_user u join group_role r on r.group_id = u.group_id
             where u.user_id = who) given
     where (scope is null or given.collection_id = any (scope))
       and (select enabled from app_user where id = who)
     group by given.collection_id;
end
$$;
create or replace function collections_of_caller(at_least text) returns uuid[]
    stable language plpgsql security definer set search_path from current as $$
begin
    return (select coalesce(array_agg(r.collection_id), '{}')
              from roles_of_caller() r
             where case at_least when 'VIEWER' then true when 'EDITOR' then r.role in ('EDITOR', 'OWNER')
                                 else r.role = 'OWNER' end);
end
$$;
create function group_named(wanted text) returns uuid
    stable language sql security definer set search_path from current as $$
    select id from user_group where lower(name) = lower(wanted)
$$;

grant select on user_group, group_user to docchat_app;
grant select, insert, update, delete on group_role to docchat_app;
alter table user_group enable row level security;
alter table group_user enable row level security;
alter table group_role enable row level security;
create policy own on group_user for select to docchat_app using (user_id = caller() and not caller_is_limited());
create policy seen on group_role for select to docchat_app
    using (collection_id = any ((select collections_of_caller('VIEWER'))::uuid[]));
create policy made on group_role for insert to docchat_app
    with check (collection_id = any ((select collections_of_caller('OWNER'))::uuid[]));
create policy changed on group_role for update to docchat_app
    using (collection_id = any ((select collections_of_caller('OWNER'))::uuid[]));
create policy removed on group_role for delete to docchat_app
    using (collection_id = any ((select collections_of_caller('OWNER'))::uuid[]));
-- By name, where one's collections are shared with them; administrators see all, but not as this role.
create policy known on user_group for select to docchat_app
    using (id in (select group_id from group_user) or id in (select group_id from group_role));

--changeset docchat:groups-audited splitStatements:false
create function audited_group() returns trigger language plpgsql security definer set search_path from current as $$
begin
    case tg_table_name || ' ' || tg_op
        when 'user_group INSERT' then
            perform audit_act('group.create', '{}', new.id, new.name);
        when 'user_group DELETE' then
            perform audit_act('group.delete', '{}', old.id, old.name);
        when 'group_user INSERT' then
            perform audit_act('group.add', '{}', new.user_id, coalesce((select g.name from user_group g where g.id = new.group_id), ''));
        when 'group_user DELETE' then
            perform audit_act('group.remove', '{}', old.user_id, coalesce((select g.name from user_group g where g.id = old.group_id), ''));
        when 'group_role DELETE' then
            perform audit_act('group.unshare', array[old.collection_id], old.group_id, lower(old.role));
        else
            perform audit_act('group.share', array[new.collection_id], new.group_id, lower(new.role));
    end case;
    return null;
end
$$;
do $$
declare
    t text;
begin
    foreach t in array array['user_group', 'group_user', 'group_role'] loop
        execute format('create constraint trigger audited after insert on %I deferrable initially deferred
                        for each row execute function audited_group()', t);
        execute format('create constraint trigger audited_delete after delete on %I deferrable initially deferred
                        for each row when (pg_trigger_depth() = 0) execute function audited_group()', t);
    end loop;
    create constraint trigger audited_update after update on group_role deferrable initially deferred
        for each row when (old.role <> new.role) execute function audited_group();
end
$$;
