-- The folded name without the number before it: what lists of people are in the order of.
alter table contacts add column by_name text generated always as (substr(search, instr(search, ' ') + 1)) virtual;
drop index contacts_by_name;
create index contacts_by_name on contacts (org_id, by_name, phone);

-- Name, place and host without accents and case: what events are found by. Filled by the program, which alone
-- folds alike on both engines; null until it did.
alter table events add column search text;
create index events_to_fold on events (id) where search is null;
