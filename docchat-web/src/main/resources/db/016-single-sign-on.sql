--liquibase formatted sql

--changeset docchat:identities splitStatements:false
-- Who a user is at the identity provider; whoever has a row here needs none in credential.
create table identity (
    issuer     text        not null,
    subject    text        not null,
    user_id    uuid        not null references app_user on delete cascade,
    created_at timestamptz not null default now(),
    primary key (issuer, subject)
);
create index identity_user on identity (user_id);
-- No policy and no grant: only the owner, that is sign-in, reads these.
alter table identity enable row level security;

-- Whether the identity provider says so, and with the next sign-in may no longer say so.
alter table group_user add column from_provider boolean not null default false;

-- What the provider calls the session that this one began with.
alter table session add column provider_session text;
