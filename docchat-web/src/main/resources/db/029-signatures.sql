--liquibase formatted sql

--changeset docchat:signatures splitStatements:false
-- The sign bits of the embeddings that answer, for the scan that every PostgreSQL can do, kept as postings are (028): rows
-- that workers pack to blocks, of which a scan reads some dozens where it would read a hundred thousand rows.
--
-- signatures: for each passage its id (8 bytes), the number of bits (4) and the bits, eight a byte, big-endian.
create table signature (
    collection_id uuid        not null,
    model         text        not null,
    passage_id    bigint      not null,
    bits          bit varying not null,
    primary key (collection_id, model, passage_id)
);
create table signature_block (
    id            bigint generated always as identity primary key,
    collection_id uuid  not null,
    model         text  not null,
    passages      int   not null,
    signatures    bytea not null
);
create index signature_block_model on signature_block (collection_id, model);
alter table signature_block alter column signatures set storage external;

-- What blocks up to a certain one still hold though it does not answer any more.
create table signature_gone (
    collection_id uuid        not null,
    model         text        not null,
    passage_id    bigint      not null,
    last_block    bigint      not null,
    since         timestamptz not null default now(),
    primary key (collection_id, model, passage_id)
);

grant select on signature, signature_block, signature_gone to docchat_app;
grant select, insert, update, delete on signature, signature_block, signature_gone to docchat_worker;
do $$
declare
    t text;
begin
    foreach t in array array['signature', 'signature_block', 'signature_gone'] loop
        execute format('alter table %I enable row level security', t);
        execute format('create policy seen on %I for select to docchat_app
                        using (collection_id = any ((select collections_of_caller(''VIEWER''))::uuid[]))', t);
        execute format('create policy work on %I to docchat_worker using (true) with check (true)', t);
    end loop;
end
$$;

create function embeddings_added() returns trigger
    language plpgsql security definer set search_path from current as $$
begin
    insert into signature (collection_id, model, passage_id, bits)
    select collection_id, model, passage_id, bits from added where live
    on conflict (collection_id, model, passage_id) do update set bits = excluded.bits;
    return null;
end
$$;

create function embeddings_gone() returns trigger
    language plpgsql security definer set search_path from current as $$
begin
    -- Fires for each passage of what is deleted, whether it has any left or not.
    if not exists (select from gone where live) then
        return null;
    end if;
    delete from signature s
     using gone g
     where s.collection_id = g.collection_id and s.model = g.model and s.passage_id = g.passage_id and g.live;
    -- Whoever packs has taken what the statement above did not find.
    insert into signature_gone (collection_id, model, passage_id, last_block)
    select g.collection_id, g.model, g.passage_id, b.last
      from gone g
      join collection c on c.id = g.collection_id
      join (select collection_id, model, max(id) as last from signature_block group by collection_id, model) b
        on b.collection_id = g.collection_id and b.model = g.model
     where g.live
    on conflict (collection_id, model, passage_id) do update set last_block = excluded.last_block;
    return null;
end
$$;

-- Of an update both: what answered no longer does, or does so with what it has now.
create trigger embeddings_added after insert on embedding referencing new table as added
    for each statement execute function embeddings_added();
create trigger embeddings_deleted after delete on embedding referencing old table as gone
    for each statement execute function embeddings_gone();
create trigger embeddings_changed_from after update on embedding referencing old table as gone
    for each statement execute function embeddings_gone();
create trigger embeddings_changed_to after update on embedding referencing new table as added
    for each statement execute function embeddings_added();

create or replace function words_deleted() returns trigger
    language plpgsql security definer set search_path from current as $$
begin
    delete from posting where collection_id = old.id;
    delete from segment where collection_id = old.id;
    delete from unposted where collection_id = old.id;
    delete from unpacked where collection_id = old.id;
    delete from word_count where collection_id = old.id;
    delete from embedding where collection_id = old.id;
    delete from signature where collection_id = old.id;
    delete from signature_block where collection_id = old.id;
    delete from signature_gone where collection_id = old.id;
    return old;
end
$$;

-- Puts a model's signatures of a collection together to a block, where there are enough; returns how many it took.
create function pack_signatures(enough int, most int) returns int
    language plpgsql set search_path from current as $$
declare
    wanted uuid;
    of     text;
    packed int;
begin
    select collection_id, model into wanted, of
      from signature group by collection_id, model having count(*) >= enough limit 1;
    if wanted is null or not hold_lists(wanted) then
        return 0;
    end if;
    with taken as (
        delete from signature
         where ctid = any (array(select ctid from signature where collection_id = wanted and model = of
                                  limit most for update skip locked))
        returning passage_id, bits)
    insert into signature_block (collection_id, model, passages, signatures)
    select wanted, of, count(*), string_agg(int8send(passage_id) || varbit_send(bits), ''::bytea)
      from taken having count(*) > 0
    returning passages into packed;
    return coalesce(packed, 0);
end
$$;

-- Writes the blocks of a collection's model anew of which a tenth is gone, or something has been gone for a day. Returns how
-- many passages were gone.
create function clean_signatures(most int) returns int
    language plpgsql set search_path from current as $$
declare
    wanted uuid;
    of     text;
    buried int;
begin
    select g.collection_id, g.model into wanted, of
      from (select collection_id, model, count(*) as passages, min(since) as since
              from signature_gone group by collection_id, model) g
      left join (select collection_id, model, sum(passages) as passages
                   from signature_block group by collection_id, model) b using (collection_id, model)
     where g.passages * 10 >= coalesce(b.passages, 0) or g.since < now() - interval '1 day'
     limit 1;
    if wanted is null or not hold_lists(wanted) then
        return 0;
    end if;
    with gone as materialized (
        delete from signature_gone where collection_id = wanted and model = of returning passage_id, last_block),
    old as materialized (
        -- Read whole before they are cut, or each cut would read anew.
        delete from signature_block where collection_id = wanted and model = of
        returning id, signatures || ''::bytea as signatures, octet_length(signatures) / passages as size),
    one as (
        select o.id, substr(o.signatures, at, o.size) as signature
          from old o cross join lateral generate_series(1, octet_length(o.signatures), o.size) at),
    living as (
        select signature, (row_number() over () - 1) / most as block
          from one o left join gone g on int8send(g.passage_id) = substr(o.signature, 1, 8) and o.id <= g.last_block
         where g.passage_id is null),
    made as (
        insert into signature_block (collection_id, model, passages, signatures)
        select wanted, of, count(*), string_agg(signature, ''::bytea) from living group by block)
    select count(*) into buried from gone;
    return buried;
end
$$;

insert into signature (collection_id, model, passage_id, bits)
    select collection_id, model, passage_id, bits from embedding where live;
