--liquibase formatted sql

--changeset docchat:tally-without-waiting splitStatements:false
-- As before, but what another transaction holds, a second tally() or the end of a collection, is left to it: waiting for
-- one another they could come to a deadlock. A word keeps two rows then until it has new ones.
create or replace function tally(most int) returns int
    language plpgsql set search_path from current as $$
declare
    found_rows int;
begin
    with new as (
        delete from word_count
         where ctid = any (array(select ctid from word_count where not tallied limit most for update skip locked))
        returning collection_id, lexeme, passages),
    word as materialized (select collection_id, lexeme, sum(passages) as passages from new group by collection_id, lexeme),
    old as (
        delete from word_count
         where ctid = any (array(select c.ctid from word_count c join word w using (collection_id, lexeme)
                                  where c.tallied for update of c skip locked))
        returning collection_id, lexeme, passages),
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
