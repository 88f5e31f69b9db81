-- Webhooks that were refused, counted by day (UTC), address and reason: they belong to no organization.
create table refused_webhooks (
  day text not null,
  hook text not null,
  reason text not null,
  times bigint not null,
  last_at timestamptz not null,
  primary key (day, hook, reason)
);

-- What came of texts lately: rates of a day, reasons of a week, the last receipt.
create index messages_ended on messages (org_id, outcome, final_at, error_code)
  where counts and final_at is not null;

-- What waits, and why.
create index messages_held on messages (org_id, hold, due_at) where status = 'scheduled';

-- Who opted out lately.
create index suppressions_by_time on suppressions (org_id, created_at);
