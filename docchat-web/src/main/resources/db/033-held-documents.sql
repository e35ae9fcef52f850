--liquibase formatted sql

--changeset docchat:held-documents splitStatements:false
-- An answer that quotes a document while that is being deleted: either it is stored first, and document_deleted() takes the
-- quotes out again, or it finds that the document is gone. So the documents are held until the answer is stored; by the owner
-- of the tables, for who may read them need not be allowed to change them. Returns how many of them there are.
create function hold_documents(wanted uuid[]) returns bigint
    language plpgsql security definer set search_path from current as $$
begin
    perform id from document where id = any (wanted) order by id for key share;
    return (select count(*) from document where id = any (wanted));
end
$$;

-- What was stored the other way round before.
update answer set text = '', documents_deleted = true
 where id in (select answer_id from citation c where not exists (select from document d where d.id = c.document_id));
delete from citation
 where answer_id in (select answer_id from citation c where not exists (select from document d where d.id = c.document_id));
