-- An invitation holds from when its own link was opened: an email that somebody typed proves nothing.
alter table memberships add column joined_at text;
update memberships set joined_at = created_at;
