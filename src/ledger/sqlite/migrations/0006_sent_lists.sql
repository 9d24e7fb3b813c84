-- The ids that were sent last, recorded before they are sent: Healthengine may have taken them
-- although the answer was lost, and what a later list leaves out is deleted.
alter table practice_mark add column sent_resources text not null default '[]'
    check (json_valid(sent_resources));
alter table practice_mark add column sent_types text not null default '[]'
    check (json_valid(sent_types));
