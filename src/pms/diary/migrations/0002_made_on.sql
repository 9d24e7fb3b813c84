-- name: appointments are found by when they were made
create index appointments_by_creation on appointments (created_at);
