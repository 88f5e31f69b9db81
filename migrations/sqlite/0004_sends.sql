create table templates (
  id blob primary key,
  org_id blob not null references organizations (id),
  name text not null,
  purpose text not null,
  created_at text not null,
  archived_at text
) strict;
create index templates_of_org on templates (org_id, id);

-- Versions are kept: what a text was made from stays readable.
create table template_versions (
  template_id blob not null references templates (id),
  version integer not null,
  org_id blob not null references organizations (id),
  body text not null,
  created_by blob,
  created_at text not null,
  primary key (template_id, version)
) strict;

-- One organizer action that makes many texts. state: preparing, ready, paused, canceled, done.
create table sends (
  id blob primary key,
  org_id blob not null references organizations (id),
  event_id blob references events (id),
  purpose text not null,
  body text not null,
  template_id blob references templates (id),
  template_version integer,
  audience text not null,
  state text not null,
  total integer not null,
  send_at text,
  created_by blob,
  created_at text not null,
  updated_at text not null
) strict;
create index sends_of_event on sends (event_id, id);
create index sends_of_org on sends (org_id, id);

-- What a person has typed or uploaded but not confirmed. kind: send, import.
create table drafts (
  id blob primary key,
  org_id blob not null references organizations (id),
  user_id blob not null references users (id),
  kind text not null,
  content text not null,
  created_at text not null,
  expires_at text not null
) strict;
create index drafts_by_expiry on drafts (expires_at);
