-- A request that a program may send twice. status and answer are null only until the transaction
-- that makes the row ends; request is a hash of what was asked.
create table idempotency_keys (
  org_id uuid not null references organizations (id),
  call text not null,
  key text not null,
  request bytea not null,
  status bigint,
  answer text,
  created_at timestamptz not null,
  primary key (org_id, call, key)
);
create index idempotency_keys_by_age on idempotency_keys (created_at);
