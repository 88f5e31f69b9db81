-- The name without accents and case, and the digits of the number: what people are found by. Filled by
-- the program, which alone folds alike on both engines; null until it did.
alter table contacts add column search text;
create index contacts_to_fold on contacts (id) where search is null;
