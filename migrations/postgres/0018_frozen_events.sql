-- What the event gave to the words when the send was confirmed, as JSON: all its texts are made of it,
-- whatever becomes of the event while they are written. Null for sends of before.
alter table sends add column event_values text;
