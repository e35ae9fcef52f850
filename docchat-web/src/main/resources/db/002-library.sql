--liquibase formatted sql

--changeset docchat:library splitStatements:false
create table collection (
    id          uuid primary key default gen_random_uuid(),
    name        text        not null,
    description text        not null default '',
    language    text        not null default 'english',
    created_by  uuid references app_user on delete set null,
    created_at  timestamptz not null default now()
);

create table member (
    collection_id uuid not null references collection on delete cascade,
    user_id       uuid not null references app_user on delete cascade,
    role          text not null check (role in ('VIEWER', 'EDITOR', 'OWNER')),
    primary key (collection_id, user_id)
);
create index member_user on member (user_id);

-- The bytes of one upload, in rows of 1 MB. A content without a version is an upload under way, or one that broke off.
create table content (
    id            uuid primary key default gen_random_uuid(),
    collection_id uuid        not null references collection on delete cascade,
    created_at    timestamptz not null default now()
);
create index content_collection on content (collection_id);
create table content_part (
    content_id    uuid  not null references content on delete cascade,
    ordinal       int   not null,
    collection_id uuid  not null,
    bytes         bytea not null,
    primary key (content_id, ordinal)
);
alter table content_part alter column bytes set storage external;

create table document (
    id            uuid primary key default gen_random_uuid(),
    collection_id uuid        not null references collection on delete cascade,
    name          text        not null,
    created_at    timestamptz not null default now(),
    unique (collection_id, name)
);

-- The row's state is the queue: received, parsing and embedding are work, leased for a while by one worker.
create table version (
    document_id    uuid        not null references document on delete cascade,
    number         int         not null,
    collection_id  uuid        not null,
    content_id     uuid        not null unique references content deferrable initially deferred,
    media_type     text        not null,
    size           bigint      not null,
    sha256         text        not null,
    state          text        not null default 'received'
        check (state in ('received', 'parsing', 'embedding', 'indexed', 'rejected', 'failed')),
    problem_code   text,
    problem_detail text,
    attempts       int         not null default 0,
    not_before     timestamptz not null default now(),
    leased_by      uuid,
    leased_until   timestamptz,
    progress_step  text,
    progress_done  int         not null default 0,
    progress_total int         not null default 0,
    pages          int         not null default 0,
    passages       int         not null default 0,
    lexemes        bigint      not null default 0,
    notes          text,
    created_at     timestamptz not null default now(),
    indexed_at     timestamptz,
    -- Found by search during [current_from, current_to).
    current_from   timestamptz,
    current_to     timestamptz,
    primary key (document_id, number)
);
create index version_collection on version (collection_id, state);
create index version_queue on version (not_before) where state in ('received', 'parsing', 'embedding');
create unique index version_current on version (document_id) where current_from is not null and current_to is null;

-- The extracted text. words: offset, length and box of each word as six big-endian floats; see StoredPage.
create table page (
    document_id   uuid not null,
    version       int  not null,
    ordinal       int  not null,
    collection_id uuid not null,
    number        int  not null,
    label         text,
    start_at      int  not null,
    end_at        int  not null,
    text          text not null,
    words         bytea,
    primary key (document_id, version, ordinal),
    foreign key (document_id, version) references version on delete cascade
);

create table passage (
    id            bigint generated always as identity primary key,
    collection_id uuid   not null,
    document_id   uuid   not null,
    version       int    not null,
    ordinal       int    not null,
    page          int,
    section       text,
    start_at      int    not null,
    end_at        int    not null,
    text          text   not null,
    -- What is embedded and lexed besides the text: section path, header row of a table.
    context       text   not null default '',
    lexemes       tsvector not null,
    unique (document_id, version, ordinal),
    foreign key (document_id, version) references version on delete cascade
);
create index passage_collection on passage (collection_id);

-- One row per passage and model, so that a second model can be filled beside the first. bits: the signs of the
-- vector's coordinates, for the scan that every PostgreSQL can do. live: belongs to a version that is current.
create table embedding (
    passage_id    bigint      not null references passage on delete cascade,
    model         text        not null,
    collection_id uuid        not null,
    vector        real[]      not null,
    bits          bit varying not null,
    live          boolean     not null default false,
    primary key (passage_id, model)
);
alter table embedding alter column vector set storage external;
create index embedding_scan on embedding (collection_id, model, live);

-- The inverted index of the current versions, for BM25 in SQL.
create table posting (
    collection_id uuid     not null,
    lexeme        text     not null,
    passage_id    bigint   not null,
    frequency     smallint not null,
    length        int      not null,
    primary key (collection_id, lexeme, passage_id) include (frequency, length)
);

-- How words are reduced for the keyword ranking, for passages and questions alike.
create function lexemes(language text, words text) returns tsvector
    stable language sql
    return to_tsvector(language::regconfig, words);

create function length_of(lexemes tsvector) returns int
    immutable language sql
    return (select coalesce(sum(coalesce(array_length(positions, 1), 1)), 0)::int from unnest(lexemes));

--changeset docchat:library-follow-up splitStatements:false
-- What hangs on a version but not by a foreign key goes with it.
create function version_deleted() returns trigger language plpgsql security definer set search_path from current as $$
begin
    delete from content where id = old.content_id;
    return null;
end
$$;
create trigger version_deleted after delete on version for each row execute function version_deleted();

create function passages_deleted() returns trigger language plpgsql security definer set search_path from current as $$
begin
    delete from posting p
     using gone g cross join unnest(g.lexemes) l
     where p.collection_id = g.collection_id and p.lexeme = l.lexeme and p.passage_id = g.id;
    return null;
end
$$;
create trigger passages_deleted after delete on passage referencing old table as gone
    for each statement execute function passages_deleted();

--changeset docchat:library-rights splitStatements:false
-- Definer's rights: policies on member would otherwise ask themselves.
create function collections_of_caller(at_least text) returns uuid[]
    stable language sql security definer set search_path from current as $$
    select coalesce(array_agg(collection_id), '{}')
      from member
     where user_id = caller()
       and case at_least when 'VIEWER' then true when 'EDITOR' then role in ('EDITOR', 'OWNER') else role = 'OWNER' end
$$;
create function has_members(collection uuid) returns boolean
    stable language sql security definer set search_path from current as $$
    select exists (select from member where collection_id = collection)
$$;
create function created_by_caller(collection uuid) returns boolean
    stable language sql security definer set search_path from current as $$
    select exists (select from collection c where c.id = collection and c.created_by = caller())
$$;
create function user_named(name text) returns uuid
    stable language sql security definer set search_path from current as $$
    select id from app_user where username = lower(name)
$$;
create function caller_knows(person uuid) returns boolean
    stable language sql security definer set search_path from current as $$
    select person = caller()
        or exists (select from member m where m.user_id = person
                                          and m.collection_id = any (collections_of_caller('VIEWER')))
$$;

grant select (id, username, display_name, admin, enabled) on app_user to docchat_app;
alter table app_user enable row level security;
create policy known on app_user for select to docchat_app using (caller_knows(id));
-- No policy and no grant: only the owner, that is sign-in, reads these.
alter table credential enable row level security;
alter table api_key enable row level security;

grant select, insert, update, delete on collection, member to docchat_app;
grant select on collection to docchat_worker;
alter table collection enable row level security;
create policy seen on collection for select to docchat_app
    using (id = any ((select collections_of_caller('VIEWER'))::uuid[]));
create policy made on collection for insert to docchat_app with check (created_by = caller());
create policy changed on collection for update to docchat_app
    using (id = any ((select collections_of_caller('OWNER'))::uuid[]));
create policy removed on collection for delete to docchat_app
    using (id = any ((select collections_of_caller('OWNER'))::uuid[]));
create policy work on collection for select to docchat_worker using (true);

alter table member enable row level security;
create policy seen on member for select to docchat_app
    using (collection_id = any ((select collections_of_caller('VIEWER'))::uuid[]));
create policy made on member for insert to docchat_app with check (
    collection_id = any ((select collections_of_caller('OWNER'))::uuid[])
    or user_id = caller() and role = 'OWNER' and created_by_caller(collection_id) and not has_members(collection_id));
create policy changed on member for update to docchat_app
    using (collection_id = any ((select collections_of_caller('OWNER'))::uuid[]));
create policy removed on member for delete to docchat_app
    using (collection_id = any ((select collections_of_caller('OWNER'))::uuid[]));

do $$
declare
    t text;
begin
    foreach t in array array['content', 'content_part', 'document', 'version', 'page', 'passage', 'embedding', 'posting']
    loop
        execute format('grant select, insert, update, delete on %I to docchat_app, docchat_worker', t);
        execute format('alter table %I enable row level security', t);
        execute format('create policy seen on %I for select to docchat_app
                        using (collection_id = any ((select collections_of_caller(''VIEWER''))::uuid[]))', t);
        execute format('create policy made on %I for insert to docchat_app
                        with check (collection_id = any ((select collections_of_caller(''EDITOR''))::uuid[]))', t);
        execute format('create policy changed on %I for update to docchat_app
                        using (collection_id = any ((select collections_of_caller(''EDITOR''))::uuid[]))', t);
        execute format('create policy removed on %I for delete to docchat_app
                        using (collection_id = any ((select collections_of_caller(''EDITOR''))::uuid[]))', t);
        execute format('create policy work on %I to docchat_worker using (true) with check (true)', t);
    end loop;
end
$$;
