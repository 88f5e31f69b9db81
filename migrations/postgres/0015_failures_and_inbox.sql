-- Texts that did not arrive and that nobody wants to hear of any more: off Failures, in every counter.
create table dismissals (
  message_id uuid not null primary key references messages (id),
  org_id uuid not null references organizations (id),
  reason text not null,
  author text not null,
  created_by uuid,
  created_at timestamptz not null
);
create index dismissals_of_org on dismissals (org_id, message_id);

-- The number beside Failures stands on every page.
create index messages_failed on messages (org_id, id) where counts and outcome = 'failed';

-- Which texts a run made, and why it passed others over (JSON).
create table retry_run_texts (
  run_id uuid not null references retry_runs (id),
  message_id uuid not null references messages (id),
  primary key (run_id, message_id)
);
alter table retry_runs add column not_retried text not null default '[]';

-- What a text from a person asks of the organization: unread, read (and not answered yet), or nothing.
alter table messages add column attention text;
create index messages_received on messages (org_id, id) where direction = 'in';
create index messages_received_of_contact on messages (org_id, contact_id, id) where direction = 'in';
create index messages_to_answer on messages (org_id, id) where attention is not null;
create index messages_unread on messages (org_id, contact_id) where attention = 'unread';

create index suppressions_of_org on suppressions (org_id, id);

-- People whom nobody has named: texts to those of them who attend nothing are unlinked.
create index contacts_without_name on contacts (org_id, id) where name = '';
