-- A Twilio account, once per AccountSid. Secrets are sealed; the configured default account keeps its
-- secrets in the configuration, so they are null here.
create table accounts (
  id blob primary key,
  sid text not null unique,
  token blob,
  previous_token blob,
  api_key_sid text,
  api_key_secret blob,
  confirmed_at text,
  created_at text not null
) strict;

-- account_id and sender null: the configured default account and sender.
create table organizations (
  id blob primary key,
  name text not null,
  timezone text not null,
  account_id blob references accounts (id),
  sender text,
  created_at text not null
) strict;

create table settings (
  org_id blob not null references organizations (id),
  name text not null,
  value text not null,
  updated_by blob,
  updated_at text not null,
  primary key (org_id, name)
) strict;

-- One row per running process, so that a silent worker is noticed.
create table processes (
  id blob primary key,
  role text not null,
  started_at text not null,
  seen_at text not null
) strict;
