--liquibase formatted sql

--changeset docchat:roles splitStatements:false
--comment Statements run under one of these two, which own nothing and cannot bypass row-level security. Roles belong to the whole cluster, so another database may have made them already.
do $$
begin
    if not exists (select from pg_roles where rolname = 'docchat_app') then
        create role docchat_app nologin nosuperuser nobypassrls;
    end if;
    if not exists (select from pg_roles where rolname = 'docchat_worker') then
        create role docchat_worker nologin nosuperuser nobypassrls;
    end if;
    execute format('grant docchat_app, docchat_worker to %I', current_user);
    execute format('grant usage on schema %I to docchat_app, docchat_worker', current_schema());
exception
    when duplicate_object or unique_violation then
        null; -- another database of this cluster was migrated at the same moment
end
$$;

--changeset docchat:people splitStatements:false
create table app_user (
    id           uuid primary key default gen_random_uuid(),
    username     text        not null unique check (username = lower(username)),
    display_name text        not null,
    admin        boolean     not null default false,
    enabled      boolean     not null default true,
    created_at   timestamptz not null default now()
);
-- Apart from app_user, so that no application role can read it.
create table credential (
    user_id       uuid primary key references app_user on delete cascade,
    password_hash text not null
);
create table api_key (
    id           uuid primary key default gen_random_uuid(),
    user_id      uuid        not null references app_user on delete cascade,
    name         text        not null,
    prefix       text        not null unique,
    hash         bytea       not null,
    created_at   timestamptz not null default now(),
    expires_at   timestamptz,
    last_used_at timestamptz
);
create index api_key_user on api_key (user_id);

-- The user for whom the current transaction runs; null: nobody.
create function caller() returns uuid
    stable language sql
    return nullif(current_setting('docchat.caller', true), '')::uuid;
