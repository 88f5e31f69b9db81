-- One try to hand a text to Twilio. result: accepted, refused, unknown, not_sent; null while it runs.
-- status, error_code, known_by and known_at are the join of all receipts seen.
create table attempts (
  id blob primary key,
  org_id blob not null references organizations (id),
  message_id blob not null references messages (id),
  number integer not null,
  account_id blob not null references accounts (id),
  to_phone text not null,
  sender text not null,
  process_id blob not null,
  lease_until text not null,
  started_at text not null,
  ended_at text,
  result text,
  http_status integer,
  -- While true no other text may start to this phone through this account, so that an
  -- unknown outcome can be told apart from its neighbours.
  exclusive integer not null,
  sid text,
  status text,
  error_code integer,
  known_by text,
  known_at text,
  first_known_at text,
  next_lookup_at text,
  lookups integer not null,
  unique (message_id, number)
) strict;
create unique index attempts_one_sid on attempts (sid) where sid is not null;
create unique index attempts_one_open on attempts (account_id, to_phone) where exclusive;
create index attempts_to_look_up on attempts (next_lookup_at) where next_lookup_at is not null;
create index attempts_open on attempts (lease_until) where result is null;

-- Everything that ever happened to a text. seq orders it; payload is what was received, as JSON text.
create table trail (
  message_id blob not null references messages (id),
  seq integer not null,
  org_id blob not null references organizations (id),
  attempt_id blob,
  at text not null,
  kind text not null,
  status text,
  error_code integer,
  actor text,
  note text,
  payload text,
  primary key (message_id, seq)
) strict, without rowid;

-- Receipts that name no text of ours yet; linked when their text turns up.
create table unmatched_receipts (
  id blob primary key,
  account_id blob not null references accounts (id),
  sid text not null,
  message_hint blob,
  attempt_hint blob,
  status text not null,
  error_code integer,
  source text not null,
  payload text not null,
  at text not null
) strict;
create index unmatched_receipts_by_sid on unmatched_receipts (sid);

-- Texts that count, by what became of them. scope: an event, a send or the organization itself.
create table counters (
  org_id blob not null references organizations (id),
  scope blob not null,
  purpose text not null,
  status text not null,
  error_code integer not null,
  shard integer not null,
  texts integer not null,
  primary key (scope, purpose, status, error_code, shard)
) strict, without rowid;
