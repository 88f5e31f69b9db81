-- An account's list is walked when many of its texts are to be looked up, by one process at a
-- time (walk_after), and once a day for the price of finished texts (fill_after).
alter table accounts add column walk_after timestamptz;
alter table accounts add column fill_after timestamptz;

-- Finished texts whose price Twilio has not told yet.
create index messages_without_price on messages (final_at)
  where status in ('delivered', 'undelivered', 'failed', 'unconfirmed') and price is null;

-- Whether an owner has said since that a dead number works.
create index suppressions_lifted on suppressions (org_id, phone) where lifted_at is not null;

-- Whether receipts of texts through this sender ever reach us. missed: texts whose first news
-- came by look-up, counted until the first callback.
create table heard_senders (
  account_id uuid not null references accounts (id),
  sender text not null,
  heard_at timestamptz,
  missed bigint not null,
  missed_since timestamptz,
  primary key (account_id, sender)
);
insert into heard_senders (account_id, sender, heard_at, missed)
  select account_id, sender, min(known_at), 0 from attempts where known_by = 'callback' group by account_id, sender;
