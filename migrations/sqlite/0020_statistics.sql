-- Without figures SQLite reads a whole organization or event for each piece of a list, since it takes every table
-- for small. So it plans as if all were large; the figures stay as they are, and so do its plans.
analyze organizations;
delete from sqlite_stat1;
insert into sqlite_stat1 (tbl, idx, stat) values
  ('messages', 'sqlite_autoindex_messages_1', '1000000 1'),
  ('messages', 'messages_of_contact', '1000000 500000 5 1'),
  ('messages', 'messages_of_org', '1000000 500000 1'),
  ('messages', 'messages_of_event', '900000 450000 900 1'),
  ('messages', 'messages_of_event_by_outcome', '900000 450000 900 200 1'),
  ('messages', 'messages_of_attendee', '900000 900 3 1'),
  ('messages', 'messages_of_send', '800000 1000 1'),
  ('messages', 'messages_due', '2000 700 1 1'),
  ('trail', 'sqlite_autoindex_trail_1', '5000000 5 1'),
  ('attempts', 'sqlite_autoindex_attempts_1', '1100000 1'),
  ('attempts', 'sqlite_autoindex_attempts_2', '1100000 2 1'),
  ('attempts', 'attempts_to_phone', '1100000 500000 5 1'),
  ('contacts', 'sqlite_autoindex_contacts_1', '200000 1'),
  ('contacts', 'sqlite_autoindex_contacts_2', '200000 100000 1'),
  ('contacts', 'contacts_by_name', '200000 100000 2 1'),
  ('attendees', 'sqlite_autoindex_attendees_1', '300000 1'),
  ('attendees', 'sqlite_autoindex_attendees_2', '300000 300 1'),
  ('attendees', 'attendees_of_event', '300000 300 1'),
  ('attendees', 'attendees_by_rsvp', '300000 300 60 1'),
  ('attendees', 'attendees_of_contact', '300000 2');
analyze sqlite_schema;
