insert into booking_report (practice, booking, change, state, words, settled, changed_at)
values
    ('1001', 9, 'did not attend', 'told', null, 1, '2026-03-02T03:00:00.000000000Z'),
    ('1001', 9, 'cancelled', 'owed', null, 0, '2026-03-02T04:00:00.000000000Z'),
    ('1001', 10, 'cancelled', 'refused', '404 no such booking', 1,
        '2026-03-02T05:00:00.000000000Z');
