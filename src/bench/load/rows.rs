//! The rows themselves, one statement for each table and both engines.

use super::super::database::Database;
use super::super::error::BenchError;
use super::{A_SMALL_EVENT, Of, SMALL_CROWD, SPAN, Shape};

/// Texts written by one statement.
const A_PIECE: i64 = 500_000;

pub(super) async fn write(database: &mut Database, shape: &Shape) -> Result<(), BenchError> {
    people(database, shape).await?;
    events(database, shape).await?;
    for first in (0..shape.texts).step_by(usize::try_from(A_PIECE).unwrap_or(usize::MAX)) {
        let end = shape.texts.min(first + A_PIECE);
        texts(database, shape, first, end).await?;
        attempts(database, shape, first, end).await?;
    }
    trail(database, shape).await?;
    counters(database).await
}

async fn people(db: &mut Database, shape: &Shape) -> Result<(), BenchError> {
    let (old, people) = (shape.oldest().to_string(), shape.people());
    let (contact, at, number) = (db.id(&old, Of::Contact as i64, "n"), db.time(&old), db.digits("n", 7));
    let contacts = format!(
        "{} insert into contacts (id, org_id, phone, name, search, created_at, updated_at)
         select {contact}, (select id from organizations), '+1555' || {number}, 'Guest ' || n,
           '+1555' || {number} || ' guest ' || n, {at}, {at} from n",
        db.numbers(0, people)
    );
    db.run(&contacts).await?;
    let gone = db.id(&old, Of::Suppression as i64, "n");
    let opted_out = format!(
        "{} insert into suppressions (id, org_id, phone, source, sender, reason, created_at)
         select {gone}, (select id from organizations), '+1555' || {}, 'stop', '', 'STOP', {at} from n",
        db.numbers(0, people / 100),
        db.digits("n * 100", 7)
    );
    db.run(&opted_out).await
}

async fn events(db: &mut Database, shape: &Shape) -> Result<(), BenchError> {
    let old = shape.oldest().to_string();
    let (event, at) = (db.id(&old, Of::Event as i64, "n"), db.time(&old));
    let starts = db.time(&format!("{old} + n * {SPAN} / {}", shape.events()));
    let events = format!(
        "{} insert into events (id, org_id, name, kind, starts_at, timezone, location, host_name, search, created_at, updated_at)
         select {event}, (select id from organizations), 'Event ' || n, '', {starts}, 'America/New_York', '', '', 'event ' || n, {at}, {at} from n",
        db.numbers(0, shape.events())
    );
    db.run(&events).await?;
    let (big, all) = (shape.big_crowd(), shape.big_crowd() + (shape.events() - 1) * SMALL_CROWD);
    let number = format!("case when n < {big} then 0 else 1 + (n - {big}) / {SMALL_CROWD} end");
    let person = format!(
        "case when n < {big} then n else ((1 + (n - {big}) / {SMALL_CROWD}) * 331 + (n - {big}) % {SMALL_CROWD}) % {} end",
        shape.people()
    );
    let attendees = format!(
        "{} insert into attendees (id, org_id, event_id, contact_id, rsvp, rsvp_at, created_at)
         select {}, (select id from organizations), {}, {},
           case n % 10 when 0 then 'declined' when 1 then 'waitlisted' when 2 then 'invited' else 'confirmed' end, {at}, {at} from n",
        db.numbers(0, all),
        db.id(&old, Of::Attendee as i64, "n"),
        db.id(&old, Of::Event as i64, &format!("({number})")),
        db.id(&old, Of::Contact as i64, &format!("({person})")),
    );
    db.run(&attendees).await?;
    let send = format!(
        "{} insert into sends (id, org_id, event_id, purpose, body, audience, state, total, to_prepare, prepared, author, via, created_at, updated_at)
         select {}, (select id from organizations), {}, 'invitation', 'Hi', '{{}}', 'ready', {SMALL_CROWD}, {SMALL_CROWD}, {SMALL_CROWD}, 'Ana', 'page', {at}, {at} from n",
        db.numbers(0, shape.events() * 2),
        db.id(&old, Of::Send as i64, "n"),
        db.id(&old, Of::Event as i64, "(n / 2)"),
    );
    db.run(&send).await
}

/// `with … t as (…)`: for each text its number `n`, time `ms`, event `e`, place in it `m`, person `c` and status.
fn drawn(db: &Database, shape: &Shape, first: i64, end: i64) -> String {
    let (stride, people, crowd) = (shape.stride(), shape.people(), shape.big_crowd());
    format!(
        "{numbers}, placed as (
           select n, {oldest} + (n + 1) * {SPAN} / {texts} as ms, (n * 7919) % 1000 as h,
             case when n % {stride} = 0 then 0 else 1 + (n - n / {stride} - 1) / {A_SMALL_EVENT} end as e,
             case when n % {stride} = 0 then n / {stride} else (n - n / {stride} - 1) % {A_SMALL_EVENT} end as m
           from n),
         t as (
           select n, ms, e, m,
             case when e = 0 then m % {crowd} else (e * 331 + m % {SMALL_CROWD}) % {people} end as c,
             case when n >= {in_flight} then 'accepted' when h < 20 then 'received' when h < 60 then 'undelivered'
               when h < 70 then 'failed' when h < 75 then 'unconfirmed' when h < 85 then 'blocked'
               else 'delivered' end as status
           from placed)",
        numbers = db.numbers(first, end),
        oldest = shape.oldest(),
        texts = shape.texts,
        in_flight = shape.first_in_flight(),
    )
}

async fn texts(db: &mut Database, shape: &Shape, first: i64, end: i64) -> Result<(), BenchError> {
    let old = shape.oldest().to_string();
    let (text, at) = (db.id("ms", Of::Text as i64, "n"), db.time("ms"));
    let (sent, ended) = (db.time("ms + 900"), db.time("ms + 2000 + n % 3000"));
    let sql = format!(
        "{drawn} insert into messages (id, org_id, direction, contact_id, event_id, send_id, purpose, to_phone, from_phone, body,
           status, reason, error_code, final_by, counts, chain_id, chain_position, priority, due_at, tries, segments, encoding,
           price, price_unit, inbound_sid, created_via, created_at, sent_at, delivered_at, final_at)
         select {text}, (select id from organizations), case status when 'received' then 'in' else 'out' end, {contact},
           case when status <> 'received' then {event} end,
           case when status <> 'received' and e > 0 and m < 2 * {SMALL_CROWD} then {send} end,
           case when status = 'received' then 'custom' when m % 10 < 5 then 'invitation' when m % 10 < 8 then 'event_reminder'
             when m % 10 < 9 then 'booking_confirmation' else 'announcement' end,
           '+1555' || {phone}, '+15550100199',
           'Hi Guest, doors open at 7 PM on Saturday. Bring a friend; the garden is open too. Reply STOP to opt out.',
           status, case status when 'blocked' then 'opted_out' end,
           case status when 'undelivered' then (case m % 4 when 0 then 30005 when 1 then 30006 else 30003 end)
             when 'failed' then 30007 end,
           case when status in ('delivered', 'undelivered', 'failed') then 'callback' when status = 'unconfirmed' then 'timeout' end,
           status <> 'received', {text}, 0, 2, {at}, 0, 1, 'gsm7',
           case when status in ('accepted', 'blocked', 'received') then null else '-0.0079' end,
           case when status in ('accepted', 'blocked', 'received') then null else 'USD' end,
           case status when 'received' then 'SM' || {sid} end,
           case status when 'received' then 'webhook' else 'page' end, {at},
           case when status in ('delivered', 'undelivered') then {sent} end,
           case when status = 'delivered' then {ended} end,
           case when status <> 'accepted' then {ended} end
         from t",
        drawn = drawn(db, shape, first, end),
        contact = db.id(&old, Of::Contact as i64, "c"),
        event = db.id(&old, Of::Event as i64, "e"),
        send = db.id(&old, Of::Send as i64, &format!("(2 * e + m / {SMALL_CROWD})")),
        phone = db.digits("c", 7),
        sid = db.hex("n"),
    );
    db.run(&sql).await
}

async fn attempts(db: &mut Database, shape: &Shape, first: i64, end: i64) -> Result<(), BenchError> {
    // Receipts of the rest are awaited, not looked up while something else is measured.
    let (claimed, known, look_up) =
        (db.time("ms + 200"), db.time("ms + 2000"), db.time(&format!("{} + 86400000", shape.newest)));
    let sql = format!(
        "{drawn} insert into attempts (id, org_id, message_id, number, account_id, to_phone, sender, process_id, lease_until,
           started_at, ended_at, result, http_status, exclusive, sid, status, error_code, known_by, known_at, first_known_at,
           next_lookup_at, lookups)
         select {attempt}, (select id from organizations), {text}, 1, (select id from accounts), '+1555' || {phone},
           '+15550100199', {process}, {claimed}, {claimed}, {claimed}, 'accepted', 201, false, 'SM' || {sid}, status,
           case status when 'undelivered' then (case m % 4 when 0 then 30005 when 1 then 30006 else 30003 end)
             when 'failed' then 30007 end,
           case status when 'accepted' then 'api_answer' when 'unconfirmed' then 'timeout' else 'callback' end,
           {known}, {known}, case status when 'accepted' then {look_up} end, 0
         from t where status not in ('received', 'blocked')",
        drawn = drawn(db, shape, first, end),
        attempt = db.id("ms", Of::Attempt as i64, "n"),
        text = db.id("ms", Of::Text as i64, "n"),
        phone = db.digits("c", 7),
        process = db.id("0", 0, "0"),
        sid = db.hex("n"),
    );
    db.run(&sql).await
}

async fn trail(db: &mut Database, shape: &Shape) -> Result<(), BenchError> {
    let first = shape.texts - shape.with_trail;
    // In the order of the key, since it is the table's own on SQLite.
    let sql = format!(
        "{drawn}, steps (seq, kind, late) as (values (1, 'created', 0), (2, 'claimed', 200), (3, 'answered', 400), (4, 'callback', 2000))
         insert into trail (message_id, seq, org_id, attempt_id, at, kind, status, actor, payload)
         select {text}, seq, (select id from organizations), case when seq > 1 then {attempt} end, {at}, kind,
           case seq when 3 then 'accepted' when 4 then status end, case seq when 1 then 'Ana' end,
           case when seq > 2 then '{{\"AccountSid\":\"AC00000000000000000000000000000001\",\"ApiVersion\":\"2010-04-01\",\"From\":\"+15550100199\",\"MessageSid\":\"SM' || {sid}
             || '\",\"MessageStatus\":\"' || status || '\",\"To\":\"+1555' || {phone} || '\"}}' end
         from t cross join steps
         where seq = 1 or (status not in ('received', 'blocked') and (seq < 4 or status <> 'accepted'))
         order by n, seq",
        drawn = drawn(db, shape, first, shape.texts),
        text = db.id("ms", Of::Text as i64, "n"),
        attempt = db.id("ms", Of::Attempt as i64, "n"),
        at = db.time("(ms + late)"),
        sid = db.hex("n"),
        phone = db.digits("c", 7),
    );
    db.run(&sql).await
}

async fn counters(db: &mut Database) -> Result<(), BenchError> {
    for scope in ["org_id", "event_id", "send_id"] {
        let sql = format!(
            "insert into counters (org_id, scope, purpose, status, error_code, shard, texts)
             select org_id, {scope}, purpose, status, coalesce(error_code, 0), 0, count(*) from messages
             where counts and {scope} is not null group by 1, 2, 3, 4, 5"
        );
        db.run(&sql).await?;
    }
    Ok(())
}
