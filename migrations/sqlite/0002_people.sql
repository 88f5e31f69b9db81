create table users (
  id blob primary key,
  email text not null unique,
  name text not null,
  password_hash text,
  created_at text not null
) strict;

create table memberships (
  org_id blob not null references organizations (id),
  user_id blob not null references users (id),
  role text not null,
  created_at text not null,
  primary key (org_id, user_id)
) strict;
create index memberships_of_user on memberships (user_id);

-- Only hashes of links, sessions and keys are kept: a copy of this table signs nobody in.
create table sign_in_links (
  token_hash blob primary key,
  org_id blob not null references organizations (id),
  user_id blob not null references users (id),
  reusable integer not null,
  created_at text not null,
  expires_at text not null,
  used_at text
) strict;

create table sessions (
  id_hash blob primary key,
  user_id blob references users (id),
  data blob not null,
  address text,
  user_agent text,
  created_at text not null,
  seen_at text not null,
  expires_at text not null
) strict;
create index sessions_of_user on sessions (user_id);
create index sessions_by_expiry on sessions (expires_at);

create table api_keys (
  id blob primary key,
  org_id blob not null references organizations (id),
  name text not null,
  key_hash blob not null unique,
  created_at text not null,
  used_at text,
  revoked_at text
) strict;
create index api_keys_of_org on api_keys (org_id);

-- Who did what to whom. actor: a person's email, an API key's name, or the command line.
create table audit_log (
  id blob primary key,
  org_id blob,
  user_id blob,
  actor text not null,
  action text not null,
  subject text not null,
  detail text,
  at text not null
) strict;
create index audit_log_of_org on audit_log (org_id, id);
