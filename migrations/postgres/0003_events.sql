create table contacts (
  id uuid primary key,
  org_id uuid not null references organizations (id),
  phone text not null,
  name text not null,
  email text,
  timezone text,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  unique (org_id, phone)
);

create table events (
  id uuid primary key,
  org_id uuid not null references organizations (id),
  name text not null,
  kind text not null,
  starts_at timestamptz not null,
  ends_at timestamptz,
  timezone text not null,
  location text not null,
  host_name text not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  archived_at timestamptz
);
create index events_of_org on events (org_id, starts_at, id);

create table attendees (
  id uuid primary key,
  org_id uuid not null references organizations (id),
  event_id uuid not null references events (id),
  contact_id uuid not null references contacts (id),
  rsvp text not null,
  rsvp_at timestamptz not null,
  created_at timestamptz not null,
  unique (event_id, contact_id)
);
create index attendees_of_contact on attendees (contact_id);
create index attendees_of_event on attendees (event_id, id);

-- A phone that must not be texted. source: stop, 21610, staff, dead. sender: the number or
-- service through which it came, where it came through one.
create table suppressions (
  id uuid primary key,
  org_id uuid not null references organizations (id),
  phone text not null,
  source text not null,
  sender text not null,
  reason text not null,
  created_by uuid,
  created_at timestamptz not null,
  lifted_by uuid,
  lifted_reason text,
  lifted_at timestamptz
);
create unique index suppressions_in_force on suppressions (org_id, phone, source, sender) where lifted_at is null;
