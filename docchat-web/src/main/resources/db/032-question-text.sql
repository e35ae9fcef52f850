--liquibase formatted sql

--changeset docchat:question-text splitStatements:false
-- What was asked is in the trail where the installation wants it to be: DOCCHAT_AUDIT_QUESTIONS, which each transaction
-- says. Nodes of the version before say nothing, and leave it out.
create function audited_question() returns trigger language plpgsql security definer set search_path from current as $$
begin
    perform audit_act('question', new.collections, new.id,
        case when current_setting('docchat.audit_questions', true) = 'true' then new.question else '' end);
    return null;
end
$$;
drop trigger audited on answer;
create constraint trigger audited after insert on answer deferrable initially deferred
    for each row execute function audited_question();
