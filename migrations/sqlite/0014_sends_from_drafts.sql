-- What somebody prepares belongs to an event; drafts of before have none.
alter table drafts add column event_id blob references events (id);
alter table drafts add column updated_at text;
create index drafts_of_user on drafts (org_id, user_id, kind, id);

-- The draft a send was made from: a second click on it finds this send, and makes no other.
alter table sends add column draft_id blob;
create unique index sends_one_per_draft on sends (draft_id) where draft_id is not null;

-- Since when it goes on after a pause, and how many of its texts had left by then: for telling how
-- long the rest will take.
alter table sends add column running_since text;
alter table sends add column left_before integer not null default 0;

-- What holds the texts of a send, and until when.
create index messages_held_of_send on messages (send_id, hold, due_at)
  where status = 'scheduled' and send_id is not null;

-- What of a send did not arrive, for the list on its page.
create index messages_not_arrived_of_send on messages (send_id, outcome, id)
  where send_id is not null and counts and outcome in ('failed', 'unconfirmed', 'not_sent');
