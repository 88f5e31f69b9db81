create table users (
  id uuid primary key,
  email text not null unique,
  name text not null,
  password_hash text,
  created_at timestamptz not null
);

create table memberships (
  org_id uuid not null references organizations (id),
  user_id uuid not null references users (id),
  role text not null,
  created_at timestamptz not null,
  primary key (org_id, user_id)
);
create index memberships_of_user on memberships (user_id);

-- Only hashes of links, sessions and keys are kept: a copy of this table signs nobody in.
create table sign_in_links (
  token_hash bytea primary key,
  org_id uuid not null references organizations (id),
  user_id uuid not null references users (id),
  reusable boolean not null,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  used_at timestamptz
);

create table sessions (
  id_hash bytea primary key,
  user_id uuid references users (id),
  data bytea not null,
  address text,
  user_agent text,
  created_at timestamptz not null,
  seen_at timestamptz not null,
  expires_at timestamptz not null
);
create index sessions_of_user on sessions (user_id);
create index sessions_by_expiry on sessions (expires_at);

create table api_keys (
  id uuid primary key,
  org_id uuid not null references organizations (id),
  name text not null,
  key_hash bytea not null unique,
  created_at timestamptz not null,
  used_at timestamptz,
  revoked_at timestamptz
);
create index api_keys_of_org on api_keys (org_id);

-- Who did what to whom. actor: a person's email, an API key's name, or the command line.
create table audit_log (
  id uuid primary key,
  org_id uuid,
  user_id uuid,
  actor text not null,
  action text not null,
  subject text not null,
  detail text,
  at timestamptz not null
);
create index audit_log_of_org on audit_log (org_id, id);
