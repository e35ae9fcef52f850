--liquibase formatted sql

--changeset docchat:locks splitStatements:false
-- So that no two transactions ever wait for each other, whoever changes or locks more than one row takes them in this
-- order: collections, contents, documents, versions and what hangs on them; conversations after documents, answers after
-- conversations; several of a kind in the order of their ids. A collection's row stands for all that is in it: whoever
-- changes its contents holds it by a key share, and whoever deletes it, or says who has a right in it, by an update lock.
-- Workers skip what is locked where they choose what to do next.

-- By the owner of the tables: editors may not change the collection itself, which its lock would ask for.
create function hold_collection(wanted uuid) returns void
    language plpgsql security definer set search_path from current as $$
begin
    perform id from collection where id = wanted for key share;
end
$$;

-- Before a user is deleted: whatever loses its sender or goes along.
create function hold_all_of(person uuid) returns void
    language plpgsql security definer set search_path from current as $$
begin
    perform id from collection
      where created_by = person
         or id in (select collection_id from member where user_id = person
                   union select collection_id from document where created_by = person
                   union select collection_id from version where created_by = person
                   union select collection_id from evaluation where user_id = person)
      order by id for update;
    perform id from conversation where user_id = person order by id for update;
end
$$;

-- Two documents that several answers quote, deleted at once, found those answers in two orders.
create or replace function document_deleted() returns trigger
    language plpgsql security definer set search_path from current as $$
declare
    quoting uuid[];
begin
    quoting := array(select distinct c.answer_id from citation c join gone g on g.id = c.document_id);
    perform id from conversation
      where id in (select conversation_id from answer where id = any (quoting)) order by id for no key update;
    perform id from answer where id = any (quoting) order by id for update;
    update answer set text = '', documents_deleted = true where id = any (quoting);
    delete from citation where answer_id = any (quoting);
    return null;
end
$$;
drop trigger document_deleted on document;
create trigger document_deleted after delete on document referencing old table as gone
    for each statement execute function document_deleted();
