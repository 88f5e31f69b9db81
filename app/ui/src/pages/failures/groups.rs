//! All failures, by what to do about them.

use leptos::prelude::*;
use leptos_meta::Title;
use usher_core::failures::{Key, LOOKED_AT, Need, Overview, Reason};

use super::period::{CHOICES, Period};
use super::why;
use crate::parts::words::{count, grouped};
use crate::paths;
use crate::visit::signed_in;

/// The groups, in the order in which they are worth somebody's time.
const NEEDS: [Need; 6] =
    [Need::Retry, Need::Words, Need::Number, Need::Look, Need::Administrator, Need::Nobody];

pub(super) fn page(overview: &Overview, period: Period) -> AnyView {
    let can_retry = overview.can_retry();
    let retry_all = (can_retry > 0).then(|| {
        // Those that need other words or an administrator first are offered with their reason. How many are
        // of events that are over, and are left out, says the next page: to count them here is too dear.
        let words = match can_retry {
            _ if overview.cut => "Retry all that can work…".to_owned(),
            1 => "Retry the one that can work".to_owned(),
            texts => format!("Retry all that can work, up to {}", grouped(texts)),
        };
        view! { <a class="button primary" href=period.retry("ready=yes")>{words}</a> }
    });
    let groups = NEEDS.into_iter().filter_map(|need| {
        let reasons: Vec<Reason> =
            overview.reasons.iter().copied().filter(|reason| reason.need() == need).collect();
        (!reasons.is_empty()).then(|| group(need, &reasons, period))
    });
    let groups: Vec<AnyView> = groups.collect();
    let nothing = groups.is_empty().then(|| empty(period));
    let cut = overview.cut.then(|| {
        view! { <p class="soft small">"Only the newest "{grouped(LOOKED_AT)}" are counted. Choose fewer days for exact numbers."</p> }
    });
    view! {
        <Title text="Failures"/>
        <div class="head">
            <div class="stack tight">
                <h1>"Failures"</h1>
                <p class="soft">"Texts "{period.words()}" that did not reach a phone, across all events."</p>
            </div>
            <div class="row">
                <span class="small soft" data-live-state=""></span>
                {retry_all}
            </div>
        </div>
        {bar(period)}
        {nothing}
        {groups}
        {cut}
    }
    .into_any()
}

/// The choice of days, and the way to what was dismissed.
fn bar(period: Period) -> AnyView {
    let choices = CHOICES.map(|days| {
        let words = if days == 1 { "Since yesterday".to_owned() } else { format!("Last {days} days") };
        view! { <option value=days.to_string() selected={days == period.days}>{words}</option> }
    });
    view! {
        <div class="row between">
            <form class="row" action=paths::FAILURES>
                <label class="vh" for="days">"How far back"</label>
                <select id="days" name="days">{choices.collect_view()}</select>
                <button class="button">"Show"</button>
            </form>
            <a class="small" href=period.page("shown=dismissed")>"Dismissed failures"</a>
        </div>
    }
    .into_any()
}

fn empty(period: Period) -> AnyView {
    view! {
        <section class="card">
            <div class="empty">
                <h2>"Nothing failed"</h2>
                <p>"No text "{period.words()}" failed, lacks its receipt or could not be sent. What does will stand here, with what to do about it."</p>
            </div>
        </section>
    }
    .into_any()
}

fn title(need: Need) -> (&'static str, &'static str) {
    match need {
        Need::Retry => ("Can be retried now", "Another try often works."),
        Need::Words => ("Need other words", "The same words would probably fail again."),
        Need::Number => {
            ("Need another number", "These numbers cannot get texts. Fix one, and the text is sent again.")
        }
        Need::Look => ("Look at each", "A second text may be the second one they read."),
        Need::Administrator => ("Need an administrator", "Nothing is wrong with these texts or numbers."),
        Need::Nobody => ("Cannot be sent", "Nothing is left to do for you."),
    }
}

fn group(need: Need, reasons: &[Reason], period: Period) -> AnyView {
    let (heading, explained) = title(need);
    let texts: i64 = reasons.iter().map(|reason| reason.texts).sum();
    let rows = reasons.iter().map(|reason| row(reason, period)).collect_view();
    let id = format!("{need:?}").to_lowercase();
    let labelled_by = id.clone();
    view! {
        <section class="card" aria-labelledby=labelled_by>
            <div class="pad row between ruled">
                <div class="stack tight"><h2 id=id>{heading}</h2><p class="small soft">{explained}</p></div>
                <span class="soft small nowrap">{count(texts, "text", "texts")}</span>
            </div>
            <table class="reasons cards-on-phone">
                <thead><tr>
                    <th>"Reason"</th><th>"What to do"</th><th class="num">"Texts"</th><th><span class="vh">"Action"</span></th>
                </tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </section>
    }
    .into_any()
}

fn row(reason: &Reason, period: Period) -> AnyView {
    let why = why(reason.key);
    let open = period.page(&format!("open={}", reason.key.word()));
    let code = why.code.map(|code| view! { <span class="line soft small">"Twilio "{code}</span> });
    view! {
        <tr id=format!("r-{}", reason.key.word())>
            <td><a href=open.clone()>{why.title}</a>{code}</td>
            <td class="soft">{why.advice}</td>
            <td class="num"><a href=open.clone()>{grouped(reason.texts)}<span class="vh">" texts with this reason"</span></a></td>
            <td>{action(reason, period, &open)}</td>
        </tr>
    }
    .into_any()
}

/// The one thing to do about a reason.
fn action(reason: &Reason, period: Period, open: &str) -> AnyView {
    let open = open.to_owned();
    match reason.need() {
        Need::Retry if reason.can_retry == 0 => {
            view! { <span class="soft small">"none can be retried"</span> }.into_any()
        }
        Need::Retry => retry(reason, period),
        Need::Words => view! { <a class="button" href=open>"Edit and retry"</a> }.into_any(),
        Need::Number => view! { <a class="button" href=open>"Fix numbers"</a> }.into_any(),
        Need::Look => view! { <a class="button" href=open>"Look at them"</a> }.into_any(),
        Need::Administrator => {
            let settings =
                if reason.key == Key::SwitchedOff { paths::SETTINGS } else { paths::SETTINGS_TEXTING };
            let may_mend =
                signed_in().is_some_and(|visitor| visitor.person.role == usher_core::people::Role::Owner);
            if may_mend {
                view! { <a class="button" href=settings>"Open settings"</a> }.into_any()
            } else {
                view! { <span class="soft small">"ask an owner"</span> }.into_any()
            }
        }
        Need::Nobody => view! { <span class="soft small">"won’t be retried"</span> }.into_any(),
    }
}

/// The button to the page that says what a retry of this reason would do.
pub(super) fn retry(reason: &Reason, period: Period) -> AnyView {
    let which = match (reason.key.code(), reason.key.reason()) {
        (Some(code), _) => format!("code={code}"),
        (None, Some(why)) => format!("reason={why}"),
        (None, None) => String::new(),
    };
    let title = why(reason.key).title;
    view! { <a class="button" href=period.retry(&which)>"Retry…"<span class="vh">" "{title}</span></a> }
        .into_any()
}
