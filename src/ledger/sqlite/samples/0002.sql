insert into booking (practice, booking, resource, start_local, length_seconds, booked_at,
    received_at, state, settled, since, appointments, patient, how, reason, reason_words, stuck,
    stuck_words, attempts, changed_at, revision)
values
    ('1001', 8, 'R1', '2026-03-02T12:00:00', 1800, '2026-03-01T00:00:14.000000000Z',
        '2026-03-01T00:00:15.000000000Z', 'settled by a person', 1,
        null, null, null, null, null, null, null, null, 1, '2026-03-01T00:00:16.000000000Z', 5);
