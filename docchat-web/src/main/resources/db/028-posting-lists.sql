--liquibase formatted sql

--changeset docchat:posting-lists splitStatements:false
-- The inverted index as a log-structured merge tree (O'Neil, Cheng, Gawlick and O'Neil, 1996): what comes is written to
-- posting, a row for each word of each passage; pack_postings() puts many such rows of a collection together to one
-- list for each word, and merge_segments() lists to longer ones. Nothing in a list is changed: what is no longer current
-- stands in unposted until its lists are merged. Who writes adds rows, so nobody waits for another's transaction.
--
-- places: 12 bytes for each passage, big-endian: its id (8), how often it has the word (2), how many words it has (2).
create table segment (
    id            bigint generated always as identity primary key,
    collection_id uuid   not null,
    places        bigint not null
);
create index segment_collection on segment (collection_id);
create table posting_list (
    segment_id    bigint not null references segment on delete cascade,
    lexeme        text   not null,
    collection_id uuid   not null,
    places        bytea  not null,
    primary key (segment_id, lexeme)
);
alter table posting_list alter column places set storage external;

create table unposted (
    collection_id uuid        not null,
    passage_id    bigint      not null,
    places        int         not null,
    since         timestamptz not null default now(),
    primary key (collection_id, passage_id)
);

-- How many rows have been added to posting since it was last packed.
create table unpacked (
    collection_id uuid   not null,
    places        bigint not null
);

grant select on segment, posting_list, unposted to docchat_app;
grant select, insert, update, delete on segment, posting_list, unposted, unpacked to docchat_worker;
do $$
declare
    t text;
begin
    foreach t in array array['segment', 'posting_list', 'unposted'] loop
        execute format('alter table %I enable row level security', t);
        execute format('create policy seen on %I for select to docchat_app
                        using (collection_id = any ((select collections_of_caller(''VIEWER''))::uuid[]))', t);
        execute format('create policy work on %I to docchat_worker using (true) with check (true)', t);
    end loop;
end
$$;
alter table unpacked enable row level security;
create policy work on unpacked to docchat_worker using (true) with check (true);

-- word_count is not read any more, for lists know their length. Nodes of the version before may still read it and tally().
drop trigger postings_deleted on posting;
drop function postings_deleted();
create or replace function postings_added() returns trigger
    language plpgsql security definer set search_path from current as $$
begin
    insert into unpacked (collection_id, places) select collection_id, count(*) from added group by collection_id;
    return null;
end
$$;

create or replace function passages_deleted() returns trigger
    language plpgsql security definer set search_path from current as $$
begin
    delete from posting p
     using gone g cross join unnest(g.lexemes) l
     where p.collection_id = g.collection_id and p.lexeme = l.lexeme and p.passage_id = g.id;
    insert into unposted (collection_id, passage_id, places)
    select g.collection_id, g.id, length(g.lexemes)
      from gone g join collection c on c.id = g.collection_id
     where exists (select from segment s where s.collection_id = g.collection_id)
    on conflict do nothing;
    return null;
end
$$;

-- Before its passages go one by one, which then have nothing to look up.
drop trigger words_deleted on collection;
create or replace function words_deleted() returns trigger
    language plpgsql security definer set search_path from current as $$
begin
    delete from posting where collection_id = old.id;
    delete from segment where collection_id = old.id;
    delete from unposted where collection_id = old.id;
    delete from unpacked where collection_id = old.id;
    delete from word_count where collection_id = old.id;
    return old;
end
$$;
create trigger words_deleted before delete on collection for each row execute function words_deleted();

-- Whether the collection is there, and its lists are ours until the transaction ends; nobody is waited for.
create function hold_lists(wanted uuid) returns boolean
    language plpgsql set search_path from current as $$
begin
    perform id from collection where id = wanted for key share skip locked;
    return found and pg_try_advisory_xact_lock(hashtext('docchat lists'), hashtext(wanted::text));
end
$$;

-- Puts at most so many rows of a collection that has gained so many together to a segment. Returns how many it was.
create function pack_postings(enough bigint, most int) returns int
    language plpgsql set search_path from current as $$
declare
    wanted uuid;
    gained bigint;
    made   bigint;
    packed int;
begin
    select collection_id, sum(places) into wanted, gained
      from unpacked group by collection_id having sum(places) >= enough order by sum(places) desc limit 1;
    if wanted is null or not hold_lists(wanted) then
        return 0;
    end if;
    delete from unpacked where collection_id = wanted;
    insert into segment (collection_id, places) values (wanted, 0) returning id into made;
    with taken as (
        delete from posting
         where ctid = any (array(select ctid from posting where collection_id = wanted limit most for update skip locked))
        returning lexeme, passage_id, frequency, length),
    list as (
        insert into posting_list (segment_id, lexeme, collection_id, places)
        select made, lexeme, wanted,
               string_agg(int8send(passage_id) || int2send(frequency) || int2send(least(length, 32767)::int2), ''::bytea)
          from taken group by lexeme)
    select count(*) into packed from taken;
    if packed = 0 then
        delete from segment where id = made;
    else
        update segment set places = packed where id = made;
    end if;
    if packed = most then
        insert into unpacked (collection_id, places) values (wanted, greatest(gained - packed, 0));
    end if;
    return packed;
end
$$;

-- Merges eight segments of about the same size to one; or all of a collection, once a tenth of what they hold is gone, or
-- something has been gone for a day: then nothing tells any more what words it had.
-- Returns how many it merged.
create function merge_segments() returns int
    language plpgsql set search_path from current as $$
declare
    wanted uuid;
    old    bigint[];
    dead   boolean;
    made   bigint;
begin
    select s.collection_id, s.ids, s.dead into wanted, old, dead
      from (select collection_id, array_agg(id) as ids, false as dead
              from segment group by collection_id, floor(log(8, greatest(places, 1))) having count(*) >= 8
            union all
            select u.collection_id, s.ids, true
              from (select collection_id, sum(places) as places, min(since) as since
                      from unposted group by collection_id) u
              left join (select collection_id, array_agg(id) as ids, sum(places) as places
                           from segment group by collection_id) s using (collection_id)
             where u.places * 10 >= coalesce(s.places, 0) or u.since < now() - interval '1 day') s
     limit 1;
    if wanted is null or not hold_lists(wanted) then
        return 0;
    end if;
    insert into segment (collection_id, places) values (wanted, 0) returning id into made;
    if dead then
        with buried as materialized (delete from unposted where collection_id = wanted returning int8send(passage_id) as id),
        -- Read whole before they are cut, or each cut would read anew.
        list as materialized (
            select lexeme, places || ''::bytea as places from posting_list where segment_id = any (old)),
        place as (
            select lexeme, substr(places, at, 12) as place
              from list cross join lateral generate_series(1, octet_length(places), 12) at)
        insert into posting_list (segment_id, lexeme, collection_id, places)
        select made, lexeme, wanted, string_agg(place, ''::bytea)
          from place where substr(place, 1, 8) not in (select id from buried) group by lexeme;
    else
        insert into posting_list (segment_id, lexeme, collection_id, places)
        select made, lexeme, wanted, string_agg(places, ''::bytea)
          from posting_list where segment_id = any (old) group by lexeme;
    end if;
    delete from segment where id = any (old);
    update segment s
       set places = (select coalesce(sum(octet_length(l.places)) / 12, 0) from posting_list l where l.segment_id = made)
     where id = made;
    delete from segment where id = made and places = 0;
    return greatest(coalesce(cardinality(old), 0), 1);
end
$$;

-- What is there already is packed by the workers.
insert into unpacked (collection_id, places) select collection_id, count(*) from posting group by collection_id;
