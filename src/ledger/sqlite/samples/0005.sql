insert into practice_mark (practice, paused, resources, types, client_locations,
    client_practitioners, client_types)
values ('1002', 0, '["R1"]', '[]', '["main"]', '["1","2"]', '["long"]');
