-- For each reason for which people of a send get no text: how many, and the first of them. It is what its page
-- shows, again and again; skipped has everybody. Null for sends from before.
alter table sends add column left_out text;
