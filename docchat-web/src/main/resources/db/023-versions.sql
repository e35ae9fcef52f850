--liquibase formatted sql

--changeset docchat:spelled-versions splitStatements:false
-- As before, and v3.4.1 is 3.4.1: the parser takes it for the name of a host.
create or replace function spelled(words text) returns text
    immutable language plpgsql as $$
declare
    unparted constant text := '[\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3]{2,}';
    plain text := replace(words, '/', ' ');
begin
    if plain ~ '\m[vV]\d' then
        plain := regexp_replace(plain, '\m[vV](?=\d+\.\d)', '', 'g');
    end if;
    if plain ~ '[^\x01-\x7f]' then
        plain := regexp_replace(
            -- What marks are left after composing belong to no letter that has one.
            regexp_replace(normalize(plain, NFKC), '[\u0300-\u036f]', '', 'g'),
            '[\u00a0-\u00a9\u00ab-\u00b4\u00b6-\u00b9\u00bb-\u00bf\u00d7\u00f7\u2000-\u206f\u20a0-\u20cf'
                || '\u2190-\u2bff\u3000-\u3004\u3008-\u3020\u3030\u303d\u30fb]', ' ', 'g');
        if plain ~ unparted then
            plain := regexp_replace(plain, unparted, ' ', 'g') || ' ' || (
                select string_agg(substr(run[1], n, 2), ' ' order by at, n)
                  from regexp_matches(plain, unparted, 'g') with ordinality r(run, at)
                 cross join generate_series(1, length(run[1]) - 1) n);
        end if;
    end if;
    if plain ~ '\d-\w|\w-\d|\w_\w' then
        plain := concat_ws(' ',
            regexp_replace(plain, '(\d)-(?=\w)|(\w)-(?=\d)', '\1\2 ', 'g'),
            (select string_agg(translate(code[1], '-_', ''), ' ')
               from regexp_matches(plain, '\w+(?:-\w+)*', 'g') code
              where code[1] ~ '[-_]' and code[1] ~ '\d'));
    end if;
    return plain;
end
$$;

--changeset docchat:spelled-versions-passages splitStatements:false
-- The passages that have one.
do $$
begin
    create temporary table refolded on commit drop as
        select p.id, p.collection_id, p.document_id, p.version, n.lexemes
          from passage p
          join collection c on c.id = p.collection_id
         cross join lateral (
               select lexemes_of_passage(c.language, concat_ws(e'\n', nullif(p.context, ''), p.text)) as lexemes) n
         where (p.text ~ '\m[vV]\d+\.\d' or p.context ~ '\m[vV]\d+\.\d') and n.lexemes <> p.lexemes;
    delete from posting o using refolded r where o.collection_id = r.collection_id and o.passage_id = r.id;
    update passage p set lexemes = r.lexemes from refolded r where r.id = p.id;
    insert into posting (collection_id, lexeme, passage_id, frequency, length)
        select r.collection_id, l.lexeme, r.id, least(coalesce(array_length(l.positions, 1), 1), 32767),
               length_of(r.lexemes)
          from refolded r
          join version v on v.document_id = r.document_id and v.number = r.version
           and v.current_from is not null and v.current_to is null
         cross join lateral unnest(r.lexemes) l;
    update version v
       set lexemes = (select coalesce(sum(length_of(p.lexemes)), 0) from passage p
                       where p.document_id = v.document_id and p.version = v.number)
      from (select distinct document_id, version from refolded) r
     where v.document_id = r.document_id and v.number = r.version;
end
$$;
