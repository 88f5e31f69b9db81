create table templates (
  id uuid primary key,
  org_id uuid not null references organizations (id),
  name text not null,
  purpose text not null,
  created_at timestamptz not null,
  archived_at timestamptz
);
create index templates_of_org on templates (org_id, id);

-- Versions are kept: what a text was made from stays readable.
create table template_versions (
  template_id uuid not null references templates (id),
  version bigint not null,
  org_id uuid not null references organizations (id),
  body text not null,
  created_by uuid,
  created_at timestamptz not null,
  primary key (template_id, version)
);

-- One organizer action that makes many texts. state: preparing, ready, paused, canceled, done.
create table sends (
  id uuid primary key,
  org_id uuid not null references organizations (id),
  event_id uuid references events (id),
  purpose text not null,
  body text not null,
  template_id uuid references templates (id),
  template_version bigint,
  audience text not null,
  state text not null,
  total bigint not null,
  send_at timestamptz,
  created_by uuid,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create index sends_of_event on sends (event_id, id);
create index sends_of_org on sends (org_id, id);

-- What a person has typed or uploaded but not confirmed. kind: send, import.
create table drafts (
  id uuid primary key,
  org_id uuid not null references organizations (id),
  user_id uuid not null references users (id),
  kind text not null,
  content text not null,
  created_at timestamptz not null,
  expires_at timestamptz not null
);
create index drafts_by_expiry on drafts (expires_at);
