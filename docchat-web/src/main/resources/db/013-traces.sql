--liquibase formatted sql

--changeset docchat:traces
-- What an answer was made under. Null: from before this was kept; the last four also where no chat model was asked.
alter table answer add as_of timestamptz;
alter table answer add embedding_model text;
alter table answer add threshold float8;
alter table answer add chat_model text;
alter table answer add template text;
alter table answer add context_tokens int;
alter table answer add answer_tokens int;

-- The passages that an answer was made of, best first, without a word of them: words are read where they stand, with the
-- reader's rights, so what is deleted does not come back from here.
create table answer_passage (
    answer_id     uuid    not null references answer on delete cascade,
    rank          int     not null,
    passage_id    bigint  not null,
    collection_id uuid    not null,
    document_id   uuid    not null,
    version       int     not null,
    score         float8  not null,
    semantic_rank int,
    keyword_rank  int,
    prompted      boolean not null,
    primary key (answer_id, rank)
);
grant select, insert on answer_passage to docchat_app;
alter table answer_passage enable row level security;
create policy own on answer_passage to docchat_app
    using (exists (select from answer a where a.id = answer_id)) with check (exists (select from answer a where a.id = answer_id));
