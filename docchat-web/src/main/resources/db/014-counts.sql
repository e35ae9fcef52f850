--liquibase formatted sql

--changeset docchat:signs splitStatements:false
-- The scan of sign bits finds all it needs here: the rows with their vectors are twenty times as large.
drop index embedding_scan;
create index embedding_signs on embedding (collection_id, model, live) include (passage_id, bits);

--changeset docchat:word-counts splitStatements:false
-- In how many passages a word is, which the keyword ranking would otherwise have to count. Who adds or deletes postings
-- adds rows here and changes none, so nobody waits for another's transaction; who asks sums them up. tally() puts rows
-- of one word together.
create table word_count (
    collection_id uuid    not null,
    lexeme        text    not null,
    passages      int     not null,
    tallied       boolean not null default false
);
create index word_count_word on word_count (collection_id, lexeme) include (passages);
create index word_count_new on word_count (collection_id) where not tallied;

grant select on word_count to docchat_app;
grant select, insert, delete on word_count to docchat_worker;
alter table word_count enable row level security;
create policy seen on word_count for select to docchat_app
    using (collection_id = any ((select collections_of_caller('VIEWER'))::uuid[]));
create policy work on word_count to docchat_worker using (true) with check (true);

create function postings_added() returns trigger
    language plpgsql security definer set search_path from current as $$
begin
    insert into word_count (collection_id, lexeme, passages)
        select collection_id, lexeme, count(*) from added group by collection_id, lexeme;
    return null;
end
$$;
create trigger postings_added after insert on posting referencing new table as added
    for each statement execute function postings_added();

create function postings_deleted() returns trigger
    language plpgsql security definer set search_path from current as $$
begin
    insert into word_count (collection_id, lexeme, passages)
        select collection_id, lexeme, -count(*) from gone group by collection_id, lexeme;
    return null;
end
$$;
create trigger postings_deleted after delete on posting referencing old table as gone
    for each statement execute function postings_deleted();

create function words_deleted() returns trigger
    language plpgsql security definer set search_path from current as $$
begin
    delete from word_count where collection_id = old.id;
    return null;
end
$$;
create trigger words_deleted after delete on collection for each row execute function words_deleted();

-- Puts at most so many new rows to those there are, and says how many it found. Two at once do no harm: then a word
-- keeps two rows until it has new ones.
create function tally(most int) returns int
    language plpgsql set search_path from current as $$
declare
    found_rows int;
begin
    with new as (
        delete from word_count
         where ctid = any (array(select ctid from word_count where not tallied limit most for update skip locked))
        returning collection_id, lexeme, passages),
    word as (select collection_id, lexeme, sum(passages) as passages from new group by collection_id, lexeme),
    old as (
        delete from word_count c using word w
         where c.collection_id = w.collection_id and c.lexeme = w.lexeme and c.tallied
        returning c.collection_id, c.lexeme, c.passages),
    kept as (
        insert into word_count (collection_id, lexeme, passages, tallied)
        select collection_id, lexeme, sum(passages), true
          from (select collection_id, lexeme, passages from word
                union all select collection_id, lexeme, passages from old) part
         group by collection_id, lexeme
        having sum(passages) <> 0)
    select count(*) into found_rows from new;
    return found_rows;
end
$$;

insert into word_count (collection_id, lexeme, passages, tallied)
    select collection_id, lexeme, count(*), true from posting group by collection_id, lexeme;

--changeset docchat:word-counts-work splitStatements:false
-- To lock the rows that it puts together.
grant update on word_count to docchat_worker;
