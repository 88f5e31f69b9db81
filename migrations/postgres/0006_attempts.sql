-- One try to hand a text to Twilio. result: accepted, refused, unknown, not_sent; null while it runs.
-- status, error_code, known_by and known_at are the join of all receipts seen.
create table attempts (
  id uuid primary key,
  org_id uuid not null references organizations (id),
  message_id uuid not null references messages (id),
  number bigint not null,
  account_id uuid not null references accounts (id),
  to_phone text not null,
  sender text not null,
  process_id uuid not null,
  lease_until timestamptz not null,
  started_at timestamptz not null,
  ended_at timestamptz,
  result text,
  http_status bigint,
  -- While true no other text may start to this phone through this account, so that an
  -- unknown outcome can be told apart from its neighbours.
  exclusive boolean not null,
  sid text,
  status text,
  error_code bigint,
  known_by text,
  known_at timestamptz,
  first_known_at timestamptz,
  next_lookup_at timestamptz,
  lookups bigint not null,
  unique (message_id, number)
);
create unique index attempts_one_sid on attempts (sid) where sid is not null;
create unique index attempts_one_open on attempts (account_id, to_phone) where exclusive;
create index attempts_to_look_up on attempts (next_lookup_at) where next_lookup_at is not null;
create index attempts_open on attempts (lease_until) where result is null;

-- Everything that ever happened to a text. seq orders it; payload is what was received, as JSON text.
create table trail (
  message_id uuid not null references messages (id),
  seq bigint not null,
  org_id uuid not null references organizations (id),
  attempt_id uuid,
  at timestamptz not null,
  kind text not null,
  status text,
  error_code bigint,
  actor text,
  note text,
  payload text,
  primary key (message_id, seq)
);

-- Receipts that name no text of ours yet; linked when their text turns up.
create table unmatched_receipts (
  id uuid primary key,
  account_id uuid not null references accounts (id),
  sid text not null,
  message_hint uuid,
  attempt_hint uuid,
  status text not null,
  error_code bigint,
  source text not null,
  payload text not null,
  at timestamptz not null
);
create index unmatched_receipts_by_sid on unmatched_receipts (sid);

-- Texts that count, by what became of them. scope: an event, a send or the organization itself.
create table counters (
  org_id uuid not null references organizations (id),
  scope uuid not null,
  purpose text not null,
  status text not null,
  error_code bigint not null,
  shard bigint not null,
  texts bigint not null,
  primary key (scope, purpose, status, error_code, shard)
);
