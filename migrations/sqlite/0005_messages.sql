-- One row for one text. Its attendee is whoever has this contact at this event, so a text
-- sent by number gets its attendee when that contact attends, without a write.
create table messages (
  id blob primary key,
  org_id blob not null references organizations (id),
  direction text not null check (direction in ('out', 'in')),
  contact_id blob not null references contacts (id),
  event_id blob references events (id),
  send_id blob references sends (id),
  purpose text not null,
  template_id blob references templates (id),
  template_version integer,
  related_type text,
  related_id text,
  to_phone text not null,
  from_phone text,
  body text not null,
  -- The code or link that body shows masked, sealed until the outcome is known.
  secret blob,
  secret_hash blob,
  status text not null check (status in ('scheduled', 'queued', 'sending', 'accepted', 'sent', 'unconfirmed',
    'canceled', 'failed', 'undelivered', 'delivered', 'blocked', 'received')),
  -- The definitive word, for filters; received texts have none of the five.
  outcome text not null generated always as (case status
    when 'delivered' then 'delivered' when 'undelivered' then 'failed' when 'failed' then 'failed'
    when 'unconfirmed' then 'unconfirmed' when 'blocked' then 'not_sent' when 'canceled' then 'not_sent'
    when 'received' then 'received' else 'in_progress' end) stored,
  hold text,
  reason text,
  error_code integer,
  final_by text,
  -- True for the one text of a chain that counts: a delivered one, else the newest.
  counts integer not null,
  retry_of blob references messages (id),
  chain_id blob not null,
  chain_position integer not null,
  -- Lower goes first: 0 codes, 1 what a person waits for, 2 the rest.
  priority integer not null,
  due_at text not null,
  send_at text,
  expires_at text,
  tries integer not null,
  segments integer not null,
  encoding text not null,
  price text,
  price_unit text,
  -- The MessageSid of an inbound text; outbound ones have theirs on the attempt.
  inbound_sid text,
  created_by blob,
  created_via text not null,
  created_at text not null,
  sent_at text,
  delivered_at text,
  final_at text
) strict;
create unique index messages_one_retry on messages (retry_of) where retry_of is not null;
create unique index messages_one_inbound on messages (inbound_sid) where inbound_sid is not null;
create unique index messages_one_per_send on messages (send_id, contact_id) where send_id is not null and retry_of is null;
create index messages_due on messages (priority, due_at, id) where status in ('scheduled', 'queued');
create index messages_of_contact on messages (org_id, contact_id, id);
create index messages_of_event on messages (org_id, event_id, id) where counts;
create index messages_of_event_by_outcome on messages (org_id, event_id, outcome, id) where counts;
create index messages_of_attendee on messages (event_id, contact_id, id) where counts;
create index messages_of_org on messages (org_id, id) where counts;
create index messages_of_chain on messages (chain_id, chain_position) where retry_of is not null;
