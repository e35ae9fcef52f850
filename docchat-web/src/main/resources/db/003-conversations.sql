--liquibase formatted sql

--changeset docchat:conversations splitStatements:false
create table conversation (
    id         uuid primary key,
    user_id    uuid        not null references app_user on delete cascade,
    title      text        not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
create index conversation_user on conversation (user_id, updated_at desc, id);

create table answer (
    id                uuid primary key,
    conversation_id   uuid        not null references conversation on delete cascade,
    user_id           uuid        not null,
    collections       uuid[]      not null,
    question          text        not null,
    standalone        text        not null,
    cited             boolean     not null,
    text              text        not null,
    evidence          float8      not null,
    writer            text        not null,
    prompt_tokens     int         not null default 0,
    completion_tokens int         not null default 0,
    embed_millis      bigint      not null default 0,
    search_millis     bigint      not null default 0,
    write_millis      bigint      not null default 0,
    documents_deleted boolean     not null default false,
    rating            text check (rating in ('UP', 'DOWN')),
    comment           text,
    created_at        timestamptz not null default now()
);
create index answer_conversation on answer (conversation_id, created_at, id);

-- No foreign key to the passage: an answer outlives the version that it cites, but not the document.
create table citation (
    answer_id     uuid   not null references answer on delete cascade,
    number        int    not null,
    passage_id    bigint not null,
    collection_id uuid   not null,
    document_id   uuid   not null,
    document_name text   not null,
    version       int    not null,
    ordinal       int    not null,
    page          int    not null,
    passage_page  int,
    section       text,
    passage_start int    not null,
    passage_text  text   not null,
    start_at      int    not null,
    quote         text   not null,
    primary key (answer_id, number)
);
create index citation_document on citation (document_id);

-- What is deleted is gone from the answers that quoted it, too.
create function document_deleted() returns trigger language plpgsql security definer set search_path from current as $$
begin
    update answer set text = '', documents_deleted = true
     where id in (select answer_id from citation where document_id = old.id);
    delete from citation where answer_id in (select answer_id from citation where document_id = old.id);
    return null;
end
$$;
create trigger document_deleted after delete on document for each row execute function document_deleted();

grant select, insert, update, delete on conversation, answer to docchat_app;
grant select, insert, delete on citation to docchat_app;
alter table conversation enable row level security;
create policy own on conversation to docchat_app using (user_id = caller()) with check (user_id = caller());
alter table answer enable row level security;
-- Whoever loses a collection loses the answers made of it.
create policy own on answer to docchat_app
    using (user_id = caller() and collections <@ (select collections_of_caller('VIEWER'))::uuid[])
    with check (user_id = caller() and collections <@ (select collections_of_caller('VIEWER'))::uuid[]);
alter table citation enable row level security;
create policy own on citation to docchat_app
    using (exists (select from answer a where a.id = answer_id)) with check (exists (select from answer a where a.id = answer_id));
