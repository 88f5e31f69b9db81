-- What pages count and list of an event, an organization's failures and the navigation is read from indexes alone:
-- to fetch a row of a large table for each text costs more than everything else on a page.
drop index messages_of_event;
create index messages_of_event on messages (org_id, event_id, id, purpose, contact_id) where counts;
drop index messages_of_event_by_outcome;
create index messages_of_event_by_outcome on messages (org_id, event_id, outcome, id, purpose, contact_id) where counts;
create index messages_causes on messages (org_id, event_id, outcome, error_code, reason, purpose, status, chain_position,
  contact_id, id) where counts and outcome in ('failed', 'not_sent');

drop index messages_not_arrived;
create index messages_not_arrived on messages (org_id, id, outcome, error_code, reason, status, purpose, chain_position,
  contact_id, expires_at) where counts and outcome in ('failed', 'unconfirmed', 'not_sent');

-- Numbers that somebody had before, each with its plus: texts to them are still found by them.
alter table contacts add column former_phones text not null default '';
update contacts set former_phones = coalesce((select group_concat(p.phone, '') from (select distinct m.to_phone as phone from messages m
    where m.org_id = contacts.org_id and m.contact_id = contacts.id and m.direction = 'out'
      and m.to_phone <> contacts.phone) p), '');

-- An index's figures go with it.
insert into sqlite_stat1 (tbl, idx, stat) values
  ('messages', 'messages_of_event', '900000 450000 900 1 1 1'),
  ('messages', 'messages_of_event_by_outcome', '900000 450000 900 200 1 1 1'),
  ('messages', 'messages_causes', '60000 30000 60 40 20 20 10 10 10 1 1'),
  ('messages', 'messages_failed', '50000 25000 1'),
  ('messages', 'messages_not_arrived', '60000 30000 1 1 1 1 1 1 1 1 1');
analyze sqlite_schema;
