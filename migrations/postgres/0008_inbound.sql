-- Texts from people that belong to no organization we can tell: for the operator alone.
create table unrouted_texts (
  id uuid primary key,
  account_id uuid not null references accounts (id),
  sid text not null unique,
  from_phone text not null,
  to_phone text not null,
  body text not null,
  payload text not null,
  at timestamptz not null
);

-- Who texted this phone last, and from which number.
create index attempts_to_phone on attempts (account_id, to_phone, started_at);
