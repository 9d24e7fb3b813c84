-- Times are UTC text with nine decimals, so that their order is their text's order; start_local is
-- the practice's own clock. Nothing here is a patient's detail: a patient is the id that the
-- practice's own system gave.

create table booking (
    practice       text    not null,
    booking        integer not null,
    resource       text,
    start_local    text,
    length_seconds integer check (length_seconds >= 0),
    booked_at      text    not null,
    received_at    text    not null,
    state          text    not null,
    -- Written by the daemon from the state, which alone knows what is settled.
    settled        integer not null check (settled in (0, 1)),
    since          text,
    appointments   text    check (json_valid(appointments)),
    patient        text,
    how            text,
    reason         text,
    reason_words   text,
    stuck          text,
    stuck_words    text,
    attempts       integer not null check (attempts >= 0),
    changed_at     text    not null,
    revision       integer not null check (revision > 0),
    primary key (practice, booking),
    check ((resource is null) = (start_local is null)),
    check ((resource is null) = (length_seconds is null))
) strict, without rowid;

create index booking_open on booking (practice, received_at) where settled = 0;
create index booking_settled on booking (changed_at) where settled = 1;

create table booking_update (
    practice   text    not null,
    request    integer not null,
    booking    integer not null,
    state      text    not null,
    words      text,
    settled    integer not null check (settled in (0, 1)),
    changed_at text    not null,
    primary key (practice, request)
) strict, without rowid;

create index booking_update_open on booking_update (practice, request) where settled = 0;
create index booking_update_settled on booking_update (changed_at) where settled = 1;
create index booking_update_booking on booking_update (practice, booking);

-- A line may tell of an update whose booking the ledger never saw, so there is no foreign key.
create table booking_story (
    line     integer primary key,
    practice text    not null,
    booking  integer not null,
    at       text    not null,
    what     text    not null
) strict;

create index booking_story_booking on booking_story (practice, booking, line);

create table item (
    item      integer primary key,
    practice  text not null,
    kind      text not null,
    subject   text not null,
    sentence  text not null,
    raised_at text not null,
    dealt_at  text
) strict;

create unique index item_open on item (practice, kind, subject) where dealt_at is null;
create index item_dealt on item (dealt_at) where dealt_at is not null;

create table practice_mark (
    practice  text    primary key,
    paused    integer not null check (paused in (0, 1)),
    resources text    not null check (json_valid(resources)),
    types     text    not null check (json_valid(types))
) strict, without rowid;

-- One row, written to learn whether the disk takes a write.
create table probe (
    probe integer primary key check (probe = 1),
    at    text not null
) strict;

-- A story goes with the last row that it tells of.
create trigger booking_pruned after delete on booking
when not exists (
    select 1 from booking_update
    where practice = old.practice and booking = old.booking
)
begin
    delete from booking_story where practice = old.practice and booking = old.booking;
end;

create trigger booking_update_pruned after delete on booking_update
when not exists (
    select 1 from booking
    where practice = old.practice and booking = old.booking
) and not exists (
    select 1 from booking_update
    where practice = old.practice and booking = old.booking
)
begin
    delete from booking_story where practice = old.practice and booking = old.booking;
end;
