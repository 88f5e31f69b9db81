-- A Twilio account, once per AccountSid. Secrets are sealed; the configured default account keeps its
-- secrets in the configuration, so they are null here.
create table accounts (
  id uuid primary key,
  sid text not null unique,
  token bytea,
  previous_token bytea,
  api_key_sid text,
  api_key_secret bytea,
  confirmed_at timestamptz,
  created_at timestamptz not null
);

-- account_id and sender null: the configured default account and sender.
create table organizations (
  id uuid primary key,
  name text not null,
  timezone text not null,
  account_id uuid references accounts (id),
  sender text,
  created_at timestamptz not null
);

create table settings (
  org_id uuid not null references organizations (id),
  name text not null,
  value text not null,
  updated_by uuid,
  updated_at timestamptz not null,
  primary key (org_id, name)
);

-- One row per running process, so that a silent worker is noticed.
create table processes (
  id uuid primary key,
  role text not null,
  started_at timestamptz not null,
  seen_at timestamptz not null
);
