--liquibase formatted sql

--changeset docchat:folding splitStatements:false
-- Text as the parser shall see it, which is: each character in one way; only words and blanks beyond ASCII, since a
-- database whose locale is C takes everything there for a letter; pairs of characters where words are not parted
-- (Chinese, Japanese, Korean); codes in parts and as one ("ERR-4012": ERR 4012 ERR4012).
create function spelled(words text) returns text
    immutable language plpgsql as $$
declare
    unparted constant text := '[\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3]{2,}';
    plain text := replace(words, '/', ' ');
begin
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

-- Without case and without the marks on letters.
create function folded(words text) returns text
    immutable language sql
    return normalize(
        regexp_replace(
            normalize(
                replace(replace(replace(translate(lower(words), 'øłđ', 'old'), 'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe'),
                NFD),
            '[\u0300-\u036f]', '', 'g'),
        NFC);

-- What a question has. Stemmed first, since suffixes are told by their accents, then folded.
create or replace function lexemes(language text, words text) returns tsvector
    stable language plpgsql as $$
declare
    plain constant text := spelled(words);
    reduced constant tsvector := to_tsvector(language::regconfig, plain);
begin
    return case when plain ~ '[^\x01-\x7f]' then folded(reduced::text)::tsvector else reduced end;
end
$$;

-- What a passage has: besides, what somebody would type who leaves accents out, or writes ü as ue or ue as ü.
create function lexemes_of_passage(language text, words text) returns tsvector
    stable language plpgsql as $$
declare
    reduced constant tsvector := lexemes(language, words);
    others text;
begin
    if words ~ '[\u00c0-\u024f\u1e00-\u1eff]' then
        select concat_ws(' ', folded(string_agg(word[1], ' ')), case when language = 'german' then
                   replace(replace(replace(lower(string_agg(word[1], ' ')), 'ä', 'ae'), 'ö', 'oe'), 'ü', 'ue') end)
          into others
          from regexp_matches(spelled(words), '[\w\u00c0-\u024f\u1e00-\u1eff]*[\u00c0-\u024f\u1e00-\u1eff][\w\u00c0-\u024f\u1e00-\u1eff]*', 'g') word;
    end if;
    if language = 'german' then
        -- After a vowel or q it is no umlaut: neue, Bauer, Quelle.
        others := concat_ws(' ', others, (
            select string_agg(regexp_replace(word[1], '(?<![aeqAEQ])([aouAOU])e', '\1', 'g'), ' ')
              from regexp_matches(words, '\w*[aouAOU]e\w*', 'g') word));
    end if;
    return case when others is null or others = '' then reduced
                else reduced || ts_delete(to_tsvector(language::regconfig, others), tsvector_to_array(reduced)) end;
end
$$;

--changeset docchat:folding-passages splitStatements:false
-- The passages there are, with their place in the inverted index.
do $$
begin
    create temporary table refolded on commit drop as
        select p.id, p.collection_id, p.document_id, p.version, n.lexemes
          from passage p
          join collection c on c.id = p.collection_id
         cross join lateral (
               select lexemes_of_passage(c.language, concat_ws(e'\n', nullif(p.context, ''), p.text)) as lexemes) n
         where n.lexemes <> p.lexemes;
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
