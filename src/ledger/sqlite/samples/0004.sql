insert into attachment (practice, request, state, document, words, changed_at)
values
    ('1001', 91, 'inserted', 'D-7', null, '2026-03-01T00:00:16.000000000Z'),
    ('1001', 92, 'refused', null, 'the size differs', '2026-03-01T00:00:16.000000000Z'),
    ('1001', 93, 'inserting', null, null, '2026-03-01T00:00:16.000000000Z');

insert into booking_documents (practice, booking, fingerprint, changed_at)
values ('1001', 8, x'0102030405060708', '2026-03-01T00:00:16.000000000Z');
