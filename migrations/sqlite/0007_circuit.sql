-- While Twilio is away or refuses an account, its texts wait; one text at a time then tries
-- whether it works again. pauses counts the tries in a row that failed, paused_at is the last.
alter table accounts add column paused_until text;
alter table accounts add column paused_at text;
alter table accounts add column paused_since text;
alter table accounts add column pause_reason text;
alter table accounts add column pauses integer not null default 0;
