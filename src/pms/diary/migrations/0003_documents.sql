-- name: documents in both directions
-- A document with a kind is offered to the patient of its appointment; one with a key was handed in
-- by its patient, and stands once for each key.
alter table documents add column kind text check (kind in ('scripts', 'referral'));
alter table documents add column description text;
alter table documents add column updated_at text;
alter table documents add column key text;

create unique index documents_by_key on documents (key) where key is not null;

create trigger documents_offered after insert on documents
when new.kind is not null and new.appointment is not null
begin
    insert into changes (resource, date)
    select resource, date(start_minute * 60, 'unixepoch')
    from appointments where id = new.appointment;
end;

create trigger documents_rewritten
after update of appointment, kind, name, description, format, updated_at on documents
when new.kind is not null and new.appointment is not null
begin
    insert into changes (resource, date)
    select resource, date(start_minute * 60, 'unixepoch')
    from appointments where id = new.appointment;
end;
