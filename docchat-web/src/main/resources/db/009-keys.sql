--liquibase formatted sql

--changeset docchat:key-scopes splitStatements:false
-- collections: null: all, also those to come. What no longer exists may be named.
alter table api_key
    add collections uuid[],
    add access      text not null default 'write' check (access in ('read', 'write'));

-- The only collections there are for the current transaction, whatever its caller may see; null: no such limit.
create function scope_of_caller() returns uuid[]
    stable language sql
    return nullif(current_setting('docchat.collections', true), '')::uuid[];

create function caller_only_reads() returns boolean
    stable language sql
    return coalesce(current_setting('docchat.access', true), '') = 'read';

create function caller_is_limited() returns boolean
    stable language sql
    return scope_of_caller() is not null or caller_only_reads();

-- The caller's role in each collection that exists for them: the one place that rights in collections come from.
create function roles_of_caller() returns table (collection_id uuid, role text)
    stable rows 20 language sql security definer set search_path from current as $$
    select m.collection_id, case when caller_only_reads() then 'VIEWER' else m.role end
      from member m
     where m.user_id = caller() and (scope_of_caller() is null or m.collection_id = any (scope_of_caller()))
$$;

create or replace function collections_of_caller(at_least text) returns uuid[]
    stable language sql security definer set search_path from current as $$
    select coalesce(array_agg(collection_id), '{}')
      from roles_of_caller()
     where case at_least when 'VIEWER' then true when 'EDITOR' then role in ('EDITOR', 'OWNER') else role = 'OWNER' end
$$;

create or replace function caller_is_admin() returns boolean
    stable language sql security definer set search_path from current as $$
    select exists (select from app_user where id = caller() and admin and enabled and not caller_is_limited())
$$;

-- A new collection is in nobody's scope.
alter policy made on collection with check (created_by = caller() and not caller_is_limited());

-- A conversation bears its first question as its title: it is as much theirs as all of its answers are.
create function conversation_in_scope(conversation uuid) returns boolean
    stable language sql security definer set search_path from current as $$
    select not exists (select from answer a
                        where a.conversation_id = conversation and not a.collections <@ scope_of_caller())
$$;
create policy in_scope on conversation as restrictive to docchat_app
    using (scope_of_caller() is null or conversation_in_scope(id)) with check (true);

--changeset docchat:token-generations splitStatements:false
-- Grows when whatever a user is signed in with shall end: tokens of an earlier generation are refused.
alter table app_user add token_generation int not null default 0;
drop trigger audited_update on app_user;
create constraint trigger audited_update after update on app_user deferrable initially deferred
    for each row when ((old.display_name, old.admin, old.enabled) is distinct from (new.display_name, new.admin, new.enabled))
    execute function audited();
create function audited_sign_out() returns trigger language plpgsql security definer set search_path from current as $$
begin
    perform audit_act('user.sign-out', '{}', new.id, new.username);
    return null;
end
$$;
create constraint trigger audited_sign_out after update on app_user deferrable initially deferred
    for each row when (old.token_generation <> new.token_generation) execute function audited_sign_out();
