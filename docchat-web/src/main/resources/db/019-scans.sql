--liquibase formatted sql

--changeset docchat:scans
-- It has pages that are images: a worker of its own recognizes their text.
alter table version add scanned boolean not null default false;
