-- PostgreSQL gathers its figures itself; SQLite is given some.
select 1;
