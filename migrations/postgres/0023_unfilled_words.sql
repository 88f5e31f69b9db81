-- The words of a text that was written singly, before what they say of its event was filled in, where they say
-- anything of it: what it says can be brought up to date while it waits. Texts of a send have the send's.
create table unfilled_words (
  message_id uuid primary key references messages (id),
  org_id uuid not null references organizations (id),
  words text not null
);
