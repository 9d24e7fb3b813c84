insert into booking (practice, booking, resource, start_local, length_seconds, booked_at,
    received_at, state, settled, since, appointments, patient, how, reason, reason_words, stuck,
    stuck_words, attempts, changed_at, revision)
values
    ('1001', 1, 'R1', '2026-03-02T09:00:00', 1800, '2026-03-01T00:00:00.000000000Z',
        '2026-03-01T00:00:01.000000000Z', 'received', 0,
        null, null, null, null, null, null, null, null, 0, '2026-03-01T00:00:01.000000000Z', 1),
    ('1001', 2, 'R1', '2026-03-02T09:30:00', 1800, '2026-03-01T00:00:02.000000000Z',
        '2026-03-01T00:00:03.000000000Z', 'inserting', 0,
        '2026-03-01T00:00:04.123456789Z', null, null, null, null, null, null, null, 1,
        '2026-03-01T00:00:04.123456789Z', 2),
    ('1001', 3, 'R1', '2026-03-02T10:00:00', 1800, '2026-03-01T00:00:04.000000000Z',
        '2026-03-01T00:00:05.000000000Z', 'inserted', 0,
        null, '["A1","A2"]', 'P1', 'found by key', null, null, null, null, 1,
        '2026-03-01T00:00:06.000000000Z', 3),
    ('1001', 4, 'R1', '2026-03-02T10:30:00', 1800, '2026-03-01T00:00:06.000000000Z',
        '2026-03-01T00:00:07.000000000Z', 'confirmed', 1,
        null, '["A3"]', 'P2', 'booked', null, null, null, null, 1,
        '2026-03-01T00:00:08.000000000Z', 4),
    ('1001', 5, null, null, null, '2026-03-01T00:00:08.000000000Z',
        '2026-03-01T00:00:09.000000000Z', 'rejecting', 0,
        null, null, null, null, 'resource removed', null, null, null, 0,
        '2026-03-01T00:00:10.000000000Z', 2),
    ('1001', 6, 'R1', '2026-03-02T11:00:00', 1800, '2026-03-01T00:00:10.000000000Z',
        '2026-03-01T00:00:11.000000000Z', 'rejected', 1,
        null, null, null, null, 'refused', 'the day is closed', null, null, 1,
        '2026-03-01T00:00:12.000000000Z', 4),
    ('1001', 7, 'R1', '2026-03-02T11:30:00', 1800, '2026-03-01T00:00:12.000000000Z',
        '2026-03-01T00:00:13.000000000Z', 'needs a person', 0,
        null, null, null, null, null, null, 'answer refused', '409 wrong state', 1,
        '2026-03-01T00:00:14.000000000Z', 5);

insert into booking_update (practice, request, booking, state, words, settled, changed_at)
values
    ('1001', 11, 4, 'done', null, 0, '2026-03-01T01:00:00.000000000Z'),
    ('1001', 12, 4, 'confirmed', null, 1, '2026-03-01T01:00:01.000000000Z'),
    ('1001', 13, 99, 'refused', 'the booking is not known', 0, '2026-03-01T01:00:02.000000000Z'),
    ('1001', 14, 99, 'rejected', 'the booking is not known', 1, '2026-03-01T01:00:03.000000000Z');

insert into booking_story (practice, booking, at, what)
values
    ('1001', 4, '2026-03-01T00:00:07.000000000Z', 'received'),
    ('1001', 4, '2026-03-01T00:00:08.000000000Z', 'confirmed');

insert into item (practice, kind, subject, sentence, raised_at, dealt_at)
values
    ('1001', 'check-booking', '7', 'Check booking 7 in the portal.',
        '2026-03-01T00:00:14.000000000Z', null),
    ('1001', 'call-patient', '6', 'Call the patient of booking 6.',
        '2026-03-01T00:00:12.000000000Z', '2026-03-01T02:00:00.000000000Z');

insert into practice_mark (practice, paused, resources, types)
values ('1001', 1, '["R1","R2"]', '["T1"]');
