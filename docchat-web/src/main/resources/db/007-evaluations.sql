--liquibase formatted sql

--changeset docchat:evaluations splitStatements:false
create table evaluation (
    id              uuid primary key,
    collection_id   uuid        not null references collection on delete cascade,
    user_id         uuid        not null references app_user on delete cascade,
    name            text        not null,
    writer          text        not null,
    embedding_model text        not null,
    threshold       float8      not null,
    questions       int         not null,
    created_at      timestamptz not null default now()
);
create index evaluation_collection on evaluation (collection_id, user_id, created_at desc, id);
create index evaluation_user on evaluation (user_id);

-- The rows that are not done are the queue. expected_pages: beside expected_documents, 0 where any page will do.
-- ranks: beside both, 0 where it is not in the ranking.
create table evaluation_question (
    evaluation_id      uuid    not null references evaluation on delete cascade,
    ordinal            int     not null,
    question           text    not null,
    expected_documents text[]  not null,
    expected_pages     int[]   not null,
    answerable         boolean not null,
    leased_by          uuid,
    leased_until       timestamptz,
    attempts           int     not null default 0,
    done_at            timestamptz,
    answered           boolean,
    evidence           float8,
    ranks              int[],
    expected_cited     boolean,
    problem            text,
    primary key (evaluation_id, ordinal)
);
create index evaluation_waiting on evaluation_question (ordinal, evaluation_id) where done_at is null;

grant select, insert, update, delete on evaluation, evaluation_question to docchat_app;
alter table evaluation enable row level security;
-- Whoever loses a collection loses what was measured on it.
create policy own on evaluation to docchat_app
    using (user_id = caller() and collection_id = any ((select collections_of_caller('VIEWER'))::uuid[]))
    with check (user_id = caller() and collection_id = any ((select collections_of_caller('VIEWER'))::uuid[]));
alter table evaluation_question enable row level security;
create policy own on evaluation_question to docchat_app
    using (evaluation_id in (select id from evaluation))
    with check (exists (select from evaluation e where e.id = evaluation_id));

-- Workers see what is to be done for whom, and can give it up; what is asked they read with its owner's rights.
grant select (id, collection_id, user_id) on evaluation to docchat_worker;
grant select (evaluation_id, ordinal, leased_by, leased_until, attempts, done_at) on evaluation_question to docchat_worker;
grant update (leased_by, leased_until, attempts, done_at, problem) on evaluation_question to docchat_worker;
create policy work on evaluation for select to docchat_worker using (true);
create policy work on evaluation_question to docchat_worker using (true) with check (true);

--changeset docchat:evaluations-audited splitStatements:false
create function audited_evaluation() returns trigger language plpgsql security definer set search_path from current as $$
begin
    if tg_op = 'INSERT' then
        perform audit_act('evaluation', array[new.collection_id], new.id, new.questions || ' questions');
    else
        perform audit_act('evaluation.delete', array[old.collection_id], old.id, '');
    end if;
    return null;
end
$$;
create constraint trigger audited after insert on evaluation deferrable initially deferred
    for each row execute function audited_evaluation();
create constraint trigger audited_delete after delete on evaluation deferrable initially deferred
    for each row when (pg_trigger_depth() = 0) execute function audited_evaluation();
