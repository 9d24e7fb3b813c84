-- The ids that the last client snapshot listed: what a later one leaves out is deleted.
alter table practice_mark add column client_locations text not null default '[]'
    check (json_valid(client_locations));
alter table practice_mark add column client_practitioners text not null default '[]'
    check (json_valid(client_practitioners));
alter table practice_mark add column client_types text not null default '[]'
    check (json_valid(client_types));
