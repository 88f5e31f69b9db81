-- People in the order of their folded names, page by page.
create index contacts_by_name on contacts (org_id, search, id);

-- Two contacts who turn out to be one person may both have had a text of the same send: one of the two then
-- stands outside the rule that a send has one text for each contact.
alter table messages add column merged boolean not null default false;
drop index messages_one_per_send;
create unique index messages_one_per_send on messages (send_id, contact_id)
  where send_id is not null and retry_of is null and not merged;

-- What was imported, so that the same file is recognized. hash: of the file as it came; actor: who did it, as
-- the audit log calls them.
create table imports (
  id uuid primary key,
  org_id uuid not null references organizations (id),
  event_id uuid not null references events (id),
  hash bytea not null,
  file_name text not null,
  actor text not null,
  created bigint not null,
  updated bigint not null,
  left_out bigint not null,
  at timestamptz not null
);
create index imports_of_event on imports (event_id, hash, at);
