-- The words of a text that are its own, before what they say of its event was filled in: what it says can be brought
-- up to date while it waits. A text that was written singly has a row where its words say anything of the event; a
-- retry in other words always has one, or it would be taken for a text of its send, whose words are the send's.
-- `words` is null where they are not on record. A row is deleted once its text can be retried no more: a retry takes
-- the words along.
create table unfilled_words (
  message_id uuid primary key references messages (id),
  org_id uuid not null references organizations (id),
  event_id uuid not null references events (id),
  words text
);
create index unfilled_words_of_event on unfilled_words (event_id);

-- Of texts from before, the words are not on record.
insert into unfilled_words (message_id, org_id, event_id)
select m.id, m.org_id, m.event_id from messages m
where m.direction = 'out' and m.counts and m.event_id is not null and m.status not in ('delivered', 'canceled')
  and (m.send_id is null
    or m.retry_of is not null and m.body <> (select f.body from messages f where f.id = m.chain_id));
