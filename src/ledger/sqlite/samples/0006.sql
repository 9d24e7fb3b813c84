insert into practice_mark (practice, paused, resources, types, client_locations,
    client_practitioners, client_types, sent_resources, sent_types)
values ('1003', 0, '[]', '[]', '[]', '[]', '[]', '["R1","R2"]', '["T1"]');
