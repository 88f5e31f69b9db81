//! The queries of pages and workers find what they need by index, whatever the number of texts.

use crate::harness::each_engine;

/// The query as the product asks it, and the index it must use.
const PLANS: [(&str, &str); 29] = [
    (
        "explain query plan select m.id from messages m where m.org_id = x'00' and m.contact_id = x'00'
           and (null is null or m.id < x'00') order by m.id desc limit 51",
        "messages_of_contact",
    ),
    (
        "explain query plan select status, count(*) from messages
           where org_id = x'00' and contact_id = x'00' and counts and direction = 'out' group by status",
        "messages_of_contact",
    ),
    (
        "explain query plan select l.id from messages l where l.contact_id = x'00' and l.event_id = x'00' and l.counts
           order by l.id desc limit 1",
        "messages_of_attendee",
    ),
    (
        "explain query plan select min(due_at) from messages
           where status in ('scheduled', 'queued') and (hold is null or hold <> 'send_paused')
           and priority = 0 and due_at > 'now'",
        "messages_due",
    ),
    (
        "explain query plan select due_at from messages where status in ('scheduled', 'queued')
           and (hold is null or hold <> 'send_paused') and priority = 2 and due_at <= 'now'
           and org_id not in (select po.id from organizations po join accounts pa on pa.id = coalesce(po.account_id, x'00')
             where pa.paused_until > 'now') order by due_at limit 1",
        "messages_due",
    ),
    (
        "explain query plan select m.id from (select * from messages where status in ('scheduled', 'queued')
           and (hold is null or hold <> 'send_paused') and priority = 2 and due_at <= 'now'
           and org_id not in (select po.id from organizations po join accounts pa on pa.id = coalesce(po.account_id, x'00')
             where pa.paused_until > 'now')) m
           join organizations o on o.id = m.org_id join contacts c on c.id = m.contact_id
           where m.send_id is null or (select state from sends where sends.id = m.send_id) = 'ready'
           order by m.due_at, m.id limit 20",
        "messages_due",
    ),
    // An event's dashboard: a page of the list is cut before anything is joined, and no more is looked at.
    (
        "explain query plan select m.id, c.name from (select m.* from messages m where m.event_id = x'00' and m.counts
           and m.id < x'ff' and m.id >= x'00' and (null is null or m.purpose = 'otp') and null is null
           and m.org_id = x'00' and null is null and (null is null or m.status in ('sent'))
           order by m.id desc limit 51) m join contacts c on c.id = m.contact_id order by m.id desc",
        "messages_of_event",
    ),
    (
        "explain query plan select m.id, c.name from (select m.* from messages m where m.event_id = x'00' and m.counts
           and m.id < x'ff' and m.id >= x'00' and m.outcome = 'failed' and m.org_id = x'00' and null is null
           and (null is null or coalesce(m.error_code, 0) = 30003)
           order by m.id desc limit 51) m join contacts c on c.id = m.contact_id order by m.id desc",
        "messages_of_event_by_outcome",
    ),
    (
        "explain query plan select r.key, o.outcome, (select count(*) from messages m where m.event_id = x'00' and m.counts
           and m.id >= unhex(r.value ->> 0) and m.id < unhex(r.value ->> 1) and (null is null or m.purpose = 'otp')
           and m.outcome = o.outcome and m.org_id = x'00' and null is null)
           from json_each('[]') r cross join (select 'delivered' as outcome union all select 'failed') o",
        "messages_of_event_by_outcome",
    ),
    (
        "explain query plan select m.id from messages m where m.event_id = x'00' and m.counts and m.id < x'ff'
           and m.id >= x'00' and +m.org_id = x'00' and m.contact_id in (select unhex(value) from json_each('[]'))",
        "messages_of_attendee",
    ),
    (
        "explain query plan select m.error_code, m.reason, m.purpose, m.status, m.chain_position, count(*) from messages m
           where m.event_id = x'00' and m.counts and coalesce(m.id, m.id) < x'ff' and coalesce(m.id, m.id) >= x'00' and null is null
           and m.outcome in ('failed', 'not_sent') and m.outcome = 'failed' and m.org_id = x'00' and null is null
           group by m.error_code, m.reason, m.purpose, m.status, m.chain_position",
        "messages_causes",
    ),
    // A text's own page.
    (
        "explain query plan select r.id from messages r where r.chain_id = x'00' and r.retry_of is not null
           and (select o.org_id from messages o where o.id = x'00') = x'00' order by r.chain_position",
        "messages_of_chain",
    ),
    (
        "explain query plan select a.id from attempts a join accounts w on w.id = a.account_id
           where a.org_id = x'00' and a.message_id = x'00' order by a.number",
        "sqlite_autoindex_attempts_2",
    ),
    // Lists and numbers of programs.
    (
        "explain query plan select m.id from messages m where m.org_id = x'00' and m.counts and m.direction = 'out'
           and m.id < x'ff' and m.id >= x'00' and (null is null or m.status = 'x') and null is null
           and m.outcome in ('failed', 'unconfirmed', 'not_sent') and m.outcome = 'unconfirmed' order by m.id desc limit 51",
        "messages_not_arrived",
    ),
    (
        "explain query plan select m.id from messages m where m.org_id = x'00' and m.counts and m.direction = 'out'
           and null is null and m.id < x'ff' and m.id >= x'00' and (null is null or m.status = 'sent')
           order by m.id desc limit 51",
        "messages_of_org",
    ),
    (
        "explain query plan select m.sent_at from messages m where m.org_id = x'00' and m.event_id = x'00'
           and m.outcome = 'delivered' and m.counts and m.direction = 'out' and m.sent_at is not null
           order by m.id desc limit 5000",
        "messages_of_event_by_outcome",
    ),
    (
        "explain query plan select id from events where org_id = x'00' and archived_at is null
           and (null is null or starts_at < 'now') order by starts_at desc, id desc limit 51",
        "events_of_org",
    ),
    (
        "explain query plan select created_at from messages where org_id = x'00' and contact_id = x'00'
           and id >= x'00' and direction = 'out' and created_at > 'now' order by id desc limit 1 offset 19",
        "messages_of_contact",
    ),
    ("explain query plan select id from attempts where next_lookup_at <= 'now' order by next_lookup_at limit 4", "attempts_to_look_up"),
    (
        "explain query plan select due.account_id from
           (select account_id from attempts where next_lookup_at <= 'now' order by next_lookup_at limit 20000) due
         join accounts w on w.id = due.account_id where w.walk_after is null or w.walk_after <= 'now'
         group by due.account_id having count(*) > 200 order by count(*) desc limit 1",
        "attempts_to_look_up",
    ),
    (
        "explain query plan select a.id, a.sid, a.status, a.started_at from
           (select id from messages where status in ('delivered', 'undelivered', 'failed', 'unconfirmed')
              and price is null and final_at > 'now' order by final_at desc limit 100000) m
         join attempts a on a.message_id = m.id where a.account_id = x'00' and a.sid is not null",
        "messages_without_price",
    ),
    (
        "explain query plan select 1 from suppressions s where s.org_id = x'00' and s.phone = 'x' and s.source = 'dead'
           and s.lifted_at > 'now'",
        "suppressions_lifted",
    ),
    // Failures, the inbox and what stands beside the navigation.
    (
        "explain query plan select id from messages where org_id = x'00' and counts and outcome = 'failed' and id >= x'00'
           order by id desc limit 1000",
        "messages_failed",
    ),
    (
        "explain query plan select contact_id from messages where org_id = x'00' and attention = 'unread' limit 1000",
        "messages_unread",
    ),
    (
        "explain query plan select m.status from messages m where m.org_id = x'00' and m.counts
           and m.outcome in ('failed', 'unconfirmed', 'not_sent') and m.id >= x'00'
           and not exists (select 1 from dismissals d where d.message_id = m.id) order by m.id desc limit 20000",
        "messages_not_arrived",
    ),
    (
        "explain query plan select m.id from messages m where m.org_id = x'00' and m.id < x'ff' and m.direction = 'in'
           and true and not exists (select 1 from messages n where n.org_id = m.org_id and n.contact_id = m.contact_id
             and n.direction = 'in' and n.id > m.id and true) order by m.id desc limit 31",
        "messages_received_of_contact",
    ),
    (
        "explain query plan select s.id from suppressions s where s.org_id = x'00' and s.id < x'ff'
           and (s.lifted_at is not null) = 0 order by s.id desc limit 51",
        "suppressions_of_org",
    ),
    (
        "explain query plan select c.id from contacts c where c.org_id = x'00' and c.name = '' and c.id < x'ff'
           and not exists (select 1 from attendees a where a.contact_id = c.id) order by c.id desc limit 51",
        "contacts_without_name",
    ),
    // The list of a large event, in the order of names.
    (
        "explain query plan select a.id from contacts c cross join attendees a where a.org_id = x'00'
           and a.event_id = x'00' and c.org_id = x'00' and c.id = a.contact_id
           and (null is null or c.by_name > 'a' or (c.by_name = 'a' and c.phone > '+1'))
         order by c.by_name, c.phone limit 201",
        "contacts_by_name",
    ),
];

#[tokio::test]
async fn hot_queries_use_their_index() {
    each_engine(async |app| {
        for (sql, index) in PLANS {
            if let Some(plan) = app.db_plan(sql).await {
                assert!(plan.contains(&format!("INDEX {index} ")), "{plan}: {sql}");
            }
        }
    })
    .await;
}
