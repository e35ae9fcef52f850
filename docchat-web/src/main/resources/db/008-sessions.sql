--liquibase formatted sql

--changeset docchat:sessions splitStatements:false
-- Who is signed in by a browser. The id is not the cookie's; a session without its row is over.
create table session (
    id         uuid primary key,
    user_id    uuid        not null references app_user on delete cascade,
    created_at timestamptz not null default now(),
    seen_at    timestamptz not null default now(),
    address    text        not null,
    agent      text        not null
);
create index session_of on session (user_id);
create index session_created on session (created_at);
-- No policy and no grant: only the owner, that is sign-in, reads these.
alter table session enable row level security;
