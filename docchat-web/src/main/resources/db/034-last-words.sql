--liquibase formatted sql

--changeset docchat:last-words
-- words_deleted() goes first, so that the passages of a collection have nothing to look up when they go one by one. A worker
-- that makes a document searchable just then writes to the ledgers after it, and its document is waited for only then: what
-- it left could be counted nowhere, and stood in the way of whoever packs, who takes the collection with the most to pack.
-- So the same is done once more at the end, when nobody holds anything of the collection any more.
create constraint trigger words_left after delete on collection
    deferrable initially deferred for each row execute function words_deleted();

-- What was left so before.
delete from posting where collection_id not in (select id from collection);
delete from segment where collection_id not in (select id from collection);
delete from unposted where collection_id not in (select id from collection);
delete from unpacked where collection_id not in (select id from collection);
delete from signature where collection_id not in (select id from collection);
delete from signature_block where collection_id not in (select id from collection);
delete from signature_gone where collection_id not in (select id from collection);
delete from extent where collection_id not in (select id from collection);
