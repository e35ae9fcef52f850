--liquibase formatted sql

--changeset docchat:fixed-point splitStatements:false
-- A search compares some hundred embeddings with the question, and PostgreSQL sends a real[] number by number: 500 of them
-- took it 14 ms, the most of the whole search. Bytes are sent as they are. A coordinate of a vector of length 1 is a
-- fraction of 32767 here, 16 bits, big-endian: cosines differ by some 0.00001 from those of vector.
--
-- The table is written anew, once. vector no longer fits beside it in a row and moves out; only pgvector's index reads it.
create function fixed_point(vector real[]) returns bytea
    language sql immutable strict parallel safe
    return (select string_agg(int2send(cast(round(v.x * 32767) as int2)), cast('' as bytea) order by v.i)
              from unnest(vector) with ordinality v (x, i));

alter table embedding add fixed bytea generated always as (fixed_point(vector)) stored;
alter table embedding alter column fixed set storage external;
