--liquibase formatted sql

--changeset docchat:listing splitStatements:false
-- Lists of documents are read in the order of an index, however many there are: problems first, then newest first.
alter table version add newest boolean not null default true;
update version v set newest = false
 where exists (select from version w where w.document_id = v.document_id and w.number > v.number);

create function version_follows() returns trigger language plpgsql security definer set search_path from current as $$
begin
    update version set newest = false where document_id = new.document_id and newest and number < new.number;
    new.newest := not exists (select from version where document_id = new.document_id and number > new.number);
    return new;
end
$$;
create trigger version_follows before insert on version for each row execute function version_follows();

create index version_listed on version
    (collection_id, (state in ('rejected', 'failed')) desc, created_at desc, document_id desc) where newest;
drop index version_collection;
create index version_by_state on version (collection_id, newest, state, created_at desc, document_id desc);
-- A name is looked for in all names of its collection: they are read from the index alone.
create unique index document_named on document (collection_id, name) include (id);
alter table document drop constraint document_collection_id_name_key;
-- The figures of a collection, for its page and for the ranking by words.
create index version_figures on version (collection_id) include (passages, lexemes)
    where current_from is not null and current_to is null;
