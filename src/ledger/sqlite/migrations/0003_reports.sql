-- What a practice did in its own diary to a booking that stands, and whether Healthengine knows.
create table booking_report (
    practice   text    not null,
    booking    integer not null,
    change     text    not null,
    state      text    not null,
    words      text,
    settled    integer not null check (settled in (0, 1)),
    changed_at text    not null,
    primary key (practice, booking, change)
) strict, without rowid;

create index booking_report_open on booking_report (practice, booking) where settled = 0;
create index booking_report_settled on booking_report (changed_at) where settled = 1;

create index booking_confirmed on booking (practice, start_local, booking)
where state = 'confirmed';

create trigger booking_reports_pruned after delete on booking
begin
    delete from booking_report where practice = old.practice and booking = old.booking;
end;

-- Until now nothing was told of a practice's own changes. What was done in the diary because
-- Healthengine asked for it is not to be told as the practice's own.
insert or ignore into booking_report (practice, booking, change, state, words, settled, changed_at)
select practice, booking, 'cancelled', 'known', null, 1, max(changed_at)
from booking_update where state in ('done', 'confirmed')
group by practice, booking;
