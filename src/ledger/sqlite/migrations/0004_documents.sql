-- What became of a document that a patient handed in. Neither its name nor what stands in it is
-- kept: the document is the id that the practice's own system gave.
create table attachment (
    practice   text    not null,
    request    integer not null,
    state      text    not null,
    document   text,
    words      text,
    changed_at text    not null,
    primary key (practice, request)
) strict, without rowid;

create index attachment_changed on attachment (changed_at);

-- Which list of a booking's documents Healthengine took last, as a fingerprint.
create table booking_documents (
    practice    text    not null,
    booking     integer not null,
    fingerprint blob    not null check (length(fingerprint) = 8),
    changed_at  text    not null,
    primary key (practice, booking)
) strict, without rowid;

create index booking_documents_changed on booking_documents (changed_at);

create trigger booking_documents_pruned after delete on booking
begin
    delete from booking_documents where practice = old.practice and booking = old.booking;
end;
