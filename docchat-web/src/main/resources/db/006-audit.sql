--liquibase formatted sql

--changeset docchat:audit splitStatements:false
-- Who did what, for administrators. Names of collections and documents, and what was asked, are not in it: what is
-- deleted is gone, and from here nothing can be deleted.
create table audit (
    number      bigint primary key,
    at          timestamptz not null,
    -- Null: nobody was signed in. No foreign keys: the trail outlives what it speaks of.
    actor       uuid,
    actor_name  text,
    act         text        not null,
    collections uuid[]      not null,
    subject     uuid,
    detail      text        not null,
    hash        text        not null
);
create index audit_at on audit (at);
-- One row: where the chain ends. Locking it puts those who add to the chain in order.
create table audit_head (
    only_row boolean primary key default true check (only_row),
    number   bigint not null,
    hash     text   not null
);
insert into audit_head (number, hash) values (0, '');

-- The SHA-256, in hexadecimal, of the entry before's hash and this entry's fields, a line each, without a newline at
-- the end: sha256sum can repeat it.
create function audit_hash(previous text, entry audit) returns text stable language sql
    return encode(sha256(convert_to(concat(
        previous, e'\n',
        entry.number, e'\n',
        to_char(entry.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), e'\n',
        entry.actor, e'\n',
        entry.actor_name, e'\n',
        entry.act, e'\n',
        array_to_string(entry.collections, ','), e'\n',
        entry.subject, e'\n',
        entry.detail), 'UTF8')), 'hex');

-- The only way in. The lock is held until the transaction ends: to be called last.
create function audit_act(act text, collections uuid[], subject uuid, detail text) returns void
    language plpgsql security definer set search_path from current as $$
declare
    head  audit_head;
    entry audit;
begin
    select * into strict head from audit_head for update;
    entry.number := head.number + 1;
    entry.at := clock_timestamp();
    entry.actor := caller();
    entry.actor_name := (select u.username from app_user u where u.id = entry.actor);
    entry.act := act;
    entry.collections := collections;
    entry.subject := subject;
    entry.detail := translate(detail, e'\n\r', '  ');
    entry.hash := audit_hash(head.hash, entry);
    insert into audit select entry.*;
    update audit_head set number = entry.number, hash = entry.hash;
end
$$;
revoke execute on function audit_act from public;
grant execute on function audit_act to docchat_app;

-- The first entry that does not follow from the one before, or that is missing; null if there is none.
create function audit_first_altered() returns bigint stable language sql
    return (select min(number) from (
        select case when a.number = a.place then a.number else a.place end as number
          from (select e.number, e.hash, row_number() over chain as place,
                       audit_hash(coalesce(lag(e.hash) over chain, ''), e) as due
                  from audit e window chain as (order by e.number)) a
         where a.number <> a.place or a.hash <> a.due
        union all
        select least(h.number, l.number) + case when h.number = l.number then 0 else 1 end
          from audit_head h, (select coalesce(max(number), 0) as number,
                                     coalesce((array_agg(hash order by number desc))[1], '') as hash from audit) l
         where h.number <> l.number or h.hash <> l.hash) wrong);

create function audit_refuses() returns trigger language plpgsql as $$
begin
    raise exception 'the audit trail is only added to';
end
$$;
create trigger audit_refuses before update or delete or truncate on audit
    for each statement execute function audit_refuses();

--changeset docchat:audit-rights splitStatements:false
create function caller_is_admin() returns boolean
    stable language sql security definer set search_path from current as $$
    select exists (select from app_user where id = caller() and admin and enabled)
$$;
grant select on audit, audit_head to docchat_app;
alter table audit enable row level security;
alter table audit_head enable row level security;
create policy administration on audit for select to docchat_app using ((select caller_is_admin()));
create policy administration on audit_head for select to docchat_app using ((select caller_is_admin()));

--changeset docchat:audited splitStatements:false
-- What changes in the database is written down in the same transaction: both happen or neither. At its end, so that the
-- chain is locked for the time of a commit. What a cascade takes along is no act of its own.
create function audited() returns trigger language plpgsql security definer set search_path from current as $$
begin
    case tg_table_name || ' ' || tg_op
        when 'collection INSERT' then
            perform audit_act('collection.create', array[new.id], null, '');
        when 'collection DELETE' then
            perform audit_act('collection.delete', array[old.id], null, '');
        when 'document DELETE' then
            perform audit_act('document.delete', array[old.collection_id], old.id, '');
        when 'conversation DELETE' then
            perform audit_act('conversation.delete', '{}', old.id, '');
        when 'answer INSERT' then
            perform audit_act('question', new.collections, new.id, '');
        when 'member INSERT' then
            -- Whoever makes a collection owns it.
            if new.user_id is distinct from caller() then
                perform audit_act('member.add', array[new.collection_id], new.user_id, lower(new.role));
            end if;
        when 'member UPDATE' then
            perform audit_act('member.change', array[new.collection_id], new.user_id, lower(new.role));
        when 'member DELETE' then
            perform audit_act('member.remove', array[old.collection_id], old.user_id, lower(old.role));
        when 'app_user INSERT' then
            perform audit_act('user.create', '{}', new.id,
                new.username || case when new.admin then ', administrator' else '' end);
        when 'app_user UPDATE' then
            perform audit_act('user.change', '{}', new.id, concat_ws(', ', new.username,
                case when old.admin <> new.admin
                     then case when new.admin then 'administrator' else 'no administrator' end end,
                case when old.enabled <> new.enabled then case when new.enabled then 'enabled' else 'disabled' end end,
                case when old.display_name <> new.display_name then 'renamed' end));
        when 'app_user DELETE' then
            perform audit_act('user.delete', '{}', old.id, old.username);
        when 'credential UPDATE' then
            -- Signing in may hash a password afresh; that is nobody's act.
            if caller() is not null then
                perform audit_act('user.password', '{}', new.user_id, '');
            end if;
        when 'api_key INSERT' then
            perform audit_act('key.create', '{}', new.id, new.prefix);
        when 'api_key DELETE' then
            perform audit_act('key.delete', '{}', old.id, old.prefix);
    end case;
    return null;
end
$$;
do $$
declare
    t text;
begin
    foreach t in array array['collection', 'app_user'] loop
        execute format('create constraint trigger audited after insert or delete on %I deferrable initially deferred
                        for each row execute function audited()', t);
    end loop;
    foreach t in array array['document', 'conversation', 'member', 'api_key'] loop
        execute format('create constraint trigger audited_delete after delete on %I deferrable initially deferred
                        for each row when (pg_trigger_depth() = 0) execute function audited()', t);
    end loop;
    foreach t in array array['answer', 'member', 'api_key'] loop
        execute format('create constraint trigger audited after insert on %I deferrable initially deferred
                        for each row execute function audited()', t);
    end loop;
    foreach t in array array['app_user', 'member', 'credential'] loop
        execute format('create constraint trigger audited_update after update on %I deferrable initially deferred
                        for each row when (old.* is distinct from new.*) execute function audited()', t);
    end loop;
end
$$;
