-- A send that writes its texts, or whose texts are parked, released or canceled, is worked at in
-- pieces. work: what is still to be done (insert, park, release, cancel); work_until: the lease of
-- the process that does it. to_prepare: how many attendees were chosen; prepared: how many of them
-- have their text; skipped, who gets none and why.
alter table sends add column to_prepare bigint not null default 0;
alter table sends add column prepared bigint not null default 0;
alter table sends add column skipped text not null default '[]';
alter table sends add column segments bigint not null default 0;
alter table sends add column author text not null default '';
alter table sends add column via text not null default 'page';
alter table sends add column work text;
alter table sends add column work_author text not null default '';
alter table sends add column work_until timestamptz;
create index sends_at_work on sends (id) where work is not null;
create index messages_of_send on messages (send_id, id) where send_id is not null;

-- Texts of a paused send are out of the way of those that may go.
drop index messages_due;
create index messages_due on messages (priority, due_at, id)
  where status in ('scheduled', 'queued') and (hold is null or hold <> 'send_paused');

-- Set where a text answers an opt-out: the one text that may follow it.
alter table messages add column confirms_opt_out boolean not null default false;

-- When the next segment may leave a sender, and until when its waiting texts have their turns.
create table senders (
  account_id uuid not null references accounts (id),
  sender text not null,
  free_at timestamptz not null,
  booked_until timestamptz not null,
  primary key (account_id, sender)
);

-- How many texts an organization handed over in this hour.
create table org_hours (
  org_id uuid not null primary key references organizations (id),
  hour timestamptz not null,
  texts bigint not null
);

-- Retrying all that can work: the texts up to newest that the filter finds, worked in pieces from
-- the oldest on. cursor: the last one that was looked at.
create table retry_runs (
  id uuid primary key,
  org_id uuid not null references organizations (id),
  filter text not null,
  newest uuid not null,
  cursor uuid,
  planned bigint not null,
  retried bigint not null,
  passed_over bigint not null,
  author text not null,
  via text not null,
  created_by uuid,
  created_at timestamptz not null,
  ended_at timestamptz,
  work_until timestamptz
);
create index retry_runs_of_org on retry_runs (org_id, id);
create index retry_runs_at_work on retry_runs (id) where ended_at is null;

-- What did not arrive, for retrying all that can work.
create index messages_not_arrived on messages (org_id, id)
  where counts and outcome in ('failed', 'unconfirmed', 'not_sent');

-- The people of an event by their answer: for sends and headcounts.
create index attendees_by_rsvp on attendees (event_id, rsvp, id);

-- The attendees that were chosen, in order, 32 hex digits each. A table of its own: SQLite would read
-- past these megabytes for every look at a send's state.
create table send_audiences (
  send_id uuid not null primary key references sends (id),
  attendees text not null
);
