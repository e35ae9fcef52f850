--liquibase formatted sql

--changeset docchat:notice
-- What a reader should know of how an answer was written.
alter table answer add column notice text;
