-- name: the diary, first version
-- Times of appointments are whole minutes since 1970-01-01 00:00 on the practice's own clock; hours
-- are minutes since midnight; weekdays count from Monday, 0 to 6. What is stamped is UTC.

create table diary (
    only integer primary key check (only = 1),
    identity text not null
) strict;

insert into diary (only, identity) values (1, lower(hex(randomblob(8))));

create table locations (
    id text primary key,
    name text not null,
    position integer not null,
    retired integer not null default 0 check (retired in (0, 1))
) strict, without rowid;

create table practitioners (
    id text primary key,
    title text,
    first_name text,
    last_name text
) strict, without rowid;

-- Who works: a practitioner, or a resource that is nobody's (a room). Two resources of one person
-- share that person's time.
create table resources (
    id text primary key,
    location text not null references locations (id),
    practitioner text references practitioners (id),
    person text not null generated always as
        (coalesce('practitioner ' || practitioner, 'resource ' || id)) stored,
    name text not null,
    title text,
    first_name text,
    last_name text,
    specialty text,
    slot_minutes integer not null check (slot_minutes between 1 and 1440),
    position integer not null,
    retired integer not null default 0 check (retired in (0, 1))
) strict;

create index resources_by_person on resources (person);

create table appointment_types (
    id text primary key check (instr(id, ':') = 0),
    location text references locations (id),
    name text not null,
    minutes integer check (minutes between 1 and 1440),
    position integer not null,
    retired integer not null default 0 check (retired in (0, 1))
) strict, without rowid;

-- A type with rows here is offered by these resources only; one without, by all of its location.
create table type_offers (
    type text not null references appointment_types (id),
    resource text not null references resources (id),
    minutes integer check (minutes between 1 and 1440),
    primary key (type, resource)
) strict, without rowid;

create table weekly_hours (
    resource text not null references resources (id),
    weekday integer not null check (weekday between 0 and 6),
    start_minute integer not null check (start_minute >= 0),
    end_minute integer not null check (end_minute <= 1440),
    primary key (resource, weekday, start_minute, end_minute),
    check (start_minute < end_minute)
) strict, without rowid;

-- A date that differs from the week: closed, unless exception_hours has rows for it.
create table exceptions (
    resource text not null references resources (id),
    date text not null,
    note text,
    made_by text not null check (made_by in ('file', 'reception')),
    primary key (resource, date)
) strict, without rowid;

create table exception_hours (
    resource text not null,
    date text not null,
    start_minute integer not null check (start_minute >= 0),
    end_minute integer not null check (end_minute <= 1440),
    primary key (resource, date, start_minute, end_minute),
    foreign key (resource, date) references exceptions (resource, date) on delete cascade,
    check (start_minute < end_minute)
) strict, without rowid;

-- The *_key columns are what the search compares: names and e-mail normalised, a phone's last nine
-- digits.
create table patients (
    number integer primary key autoincrement,
    id text not null unique,
    given_name text,
    surname text,
    date_of_birth text,
    phone text,
    email text,
    street text,
    suburb text,
    state text,
    postcode text,
    gender text check (gender in ('male', 'female', 'other')),
    medicare_number text,
    medicare_reference text,
    medicare_expiry text,
    given_key text,
    surname_key text,
    phone_key text,
    email_key text,
    created_at text not null default (strftime('%Y-%m-%dT%H:%M:%SZ', 'now'))
) strict;

create index patients_by_birth on patients (date_of_birth, surname_key)
    where date_of_birth is not null;
create index patients_by_name on patients (surname_key, given_key) where surname_key is not null;
create index patients_by_given_name on patients (given_key, date_of_birth)
    where given_key is not null;
create index patients_by_phone on patients (phone_key) where phone_key is not null;
create index patients_by_email on patients (email_key) where email_key is not null;
create index patients_by_medicare on patients (medicare_number) where medicare_number is not null;

create table appointments (
    id integer primary key autoincrement,
    resource text not null references resources (id),
    person text not null,
    start_minute integer not null check (start_minute >= 0),
    end_minute integer not null,
    type text references appointment_types (id),
    patient integer not null references patients (number),
    note text,
    key text unique,
    status text not null default 'booked' check (
        status in ('booked', 'arrived', 'in consult', 'complete', 'did not attend', 'cancelled')
    ),
    created_by text not null check (created_by in ('connector', 'reception')),
    created_at text not null default (strftime('%Y-%m-%dT%H:%M:%SZ', 'now')),
    changed_at text not null default (strftime('%Y-%m-%dT%H:%M:%SZ', 'now')),
    check (start_minute < end_minute),
    -- Inside one day, so that an overlap is at most a day away: the searches rely on it.
    check (end_minute <= (start_minute / 1440 + 1) * 1440)
) strict;

create index appointments_by_person on appointments (person, start_minute, end_minute)
    where status <> 'cancelled';
create index appointments_by_start on appointments (start_minute);
create index appointments_by_resource on appointments (resource, start_minute);
create index appointments_by_patient on appointments (patient);

create table documents (
    id integer primary key autoincrement,
    patient integer not null references patients (number),
    appointment integer references appointments (id),
    name text not null,
    type text,
    format text not null,
    content blob not null,
    created_at text not null default (strftime('%Y-%m-%dT%H:%M:%SZ', 'now'))
) strict;

create index documents_by_patient on documents (patient);
create index documents_by_appointment on documents (appointment) where appointment is not null;

-- One person is in one place at a time, whoever writes.
create trigger appointments_never_overlap_on_insert before insert on appointments
when new.status <> 'cancelled'
begin
    select raise(abort, 'slot taken') where exists (
        select 1 from appointments
        where person = new.person and status <> 'cancelled'
            and start_minute > new.start_minute - 1440 and start_minute < new.end_minute
            and end_minute > new.start_minute
    );
end;

create trigger appointments_never_overlap_on_update
before update of person, start_minute, end_minute, status on appointments
when new.status <> 'cancelled'
begin
    select raise(abort, 'slot taken') where exists (
        select 1 from appointments
        where person = new.person and status <> 'cancelled' and id <> old.id
            and start_minute > new.start_minute - 1440 and start_minute < new.end_minute
            and end_minute > new.start_minute
    );
end;

create trigger appointments_follow_their_person after update of practitioner on resources
when old.person <> new.person
begin
    update appointments set person = new.person where resource = new.id;
end;

-- The change feed: a resource and a date, or both null for everything.
create table changes (
    seq integer primary key autoincrement,
    resource text,
    date text,
    check ((resource is null) = (date is null))
) strict;

create trigger changes_are_pruned after insert on changes
begin
    delete from changes where seq <= new.seq - 10000;
end;

create view everything_changed as select 1 as once;

-- One such row is enough, and it must be the newest: a reader may have seen the last one.
create trigger everything_changed_is_noted instead of insert on everything_changed
begin
    delete from changes where resource is null;
    insert into changes (resource, date) values (null, null);
end;

create trigger appointments_inserted after insert on appointments
begin
    insert into changes (resource, date)
    select id, date(new.start_minute * 60, 'unixepoch') from resources where person = new.person;
end;

create trigger appointments_updated
after update of resource, person, start_minute, end_minute, status on appointments
when old.resource <> new.resource or old.person <> new.person or old.status <> new.status
    or old.start_minute <> new.start_minute or old.end_minute <> new.end_minute
begin
    insert into changes (resource, date)
    select id, date(old.start_minute * 60, 'unixepoch') from resources where person = old.person
    union
    select id, date(new.start_minute * 60, 'unixepoch') from resources where person = new.person;
end;

create trigger appointments_deleted after delete on appointments
begin
    insert into changes (resource, date)
    select id, date(old.start_minute * 60, 'unixepoch') from resources where person = old.person;
end;

create trigger exceptions_inserted after insert on exceptions
begin
    insert into changes (resource, date) values (new.resource, new.date);
end;

create trigger exceptions_deleted after delete on exceptions
begin
    insert into changes (resource, date) values (old.resource, old.date);
end;

create trigger exception_hours_inserted after insert on exception_hours
begin
    insert into changes (resource, date) values (new.resource, new.date);
end;

create trigger exception_hours_deleted after delete on exception_hours
begin
    insert into changes (resource, date) values (old.resource, old.date);
end;

create trigger weekly_hours_inserted after insert on weekly_hours
begin insert into everything_changed values (1); end;
create trigger weekly_hours_deleted after delete on weekly_hours
begin insert into everything_changed values (1); end;
create trigger resources_inserted after insert on resources
begin insert into everything_changed values (1); end;
create trigger resources_updated after update on resources
begin insert into everything_changed values (1); end;
create trigger locations_inserted after insert on locations
begin insert into everything_changed values (1); end;
create trigger locations_updated after update on locations
begin insert into everything_changed values (1); end;
create trigger types_inserted after insert on appointment_types
begin insert into everything_changed values (1); end;
create trigger types_updated after update on appointment_types
begin insert into everything_changed values (1); end;
create trigger offers_inserted after insert on type_offers
begin insert into everything_changed values (1); end;
create trigger offers_updated after update on type_offers
begin insert into everything_changed values (1); end;
create trigger offers_deleted after delete on type_offers
begin insert into everything_changed values (1); end;
