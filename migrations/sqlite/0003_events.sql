create table contacts (
  id blob primary key,
  org_id blob not null references organizations (id),
  phone text not null,
  name text not null,
  email text,
  timezone text,
  created_at text not null,
  updated_at text not null,
  unique (org_id, phone)
) strict;

create table events (
  id blob primary key,
  org_id blob not null references organizations (id),
  name text not null,
  kind text not null,
  starts_at text not null,
  ends_at text,
  timezone text not null,
  location text not null,
  host_name text not null,
  created_at text not null,
  updated_at text not null,
  archived_at text
) strict;
create index events_of_org on events (org_id, starts_at, id);

create table attendees (
  id blob primary key,
  org_id blob not null references organizations (id),
  event_id blob not null references events (id),
  contact_id blob not null references contacts (id),
  rsvp text not null,
  rsvp_at text not null,
  created_at text not null,
  unique (event_id, contact_id)
) strict;
create index attendees_of_contact on attendees (contact_id);
create index attendees_of_event on attendees (event_id, id);

-- A phone that must not be texted. source: stop, 21610, staff, dead. sender: the number or
-- service through which it came, where it came through one.
create table suppressions (
  id blob primary key,
  org_id blob not null references organizations (id),
  phone text not null,
  source text not null,
  sender text not null,
  reason text not null,
  created_by blob,
  created_at text not null,
  lifted_by blob,
  lifted_reason text,
  lifted_at text
) strict;
create unique index suppressions_in_force on suppressions (org_id, phone, source, sender) where lifted_at is null;
