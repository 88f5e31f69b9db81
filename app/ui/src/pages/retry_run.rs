//! How far a retry of many has come.

use chrono::{DateTime, TimeDelta, Utc};
use leptos::prelude::*;
use leptos_meta::Title;
use usher_core::Error;
use usher_core::ids::RetryRunId;
use usher_core::messages::{Outcome, Status};
use usher_core::retries::{self, Run};

use super::param;
use super::retry_check::{describe, passed_over};
use crate::parts::page::{Main, shown};
use crate::parts::time::{Moment, span};
use crate::parts::words::{count, grouped, status, tone};
use crate::paths;
use crate::visit::{signed_in, ui, zone};

/// How far a retry of many has come.
#[component]
pub fn RetryRunPage() -> impl IntoView {
    let id = param("run");
    view! {
        <Main narrow=true live="">
            {Suspend::new(async move { shown(read(&id).await, |read| page(&read)) })}
        </Main>
    }
}

struct Read {
    run: Run,
    outcomes: Vec<(Status, i64)>,
    about: Vec<String>,
    now: DateTime<Utc>,
}

async fn read(id: &str) -> Result<Read, Error> {
    let person = signed_in().ok_or(Error::NotFound)?.person;
    let id = RetryRunId::parse(id).ok_or(Error::NotFound)?;
    let service = ui().service;
    let run = retries::find(&service.store, person.org_id, id).await?;
    let outcomes = retries::outcomes(&service.store, person.org_id, id).await?;
    let about = describe(&service, &person, &run.filter).await?;
    Ok(Read { run, outcomes, about, now: service.clock.now() })
}

impl Read {
    /// Texts that have left us or need nothing more.
    fn done(&self) -> i64 {
        let waits = |status: &Status| {
            matches!(status, Status::Scheduled | Status::Queued | Status::Sending | Status::Accepted)
        };
        self.outcomes.iter().filter(|(status, _)| !waits(status)).map(|(_, texts)| texts).sum()
    }

    fn scheduled(&self) -> i64 {
        self.outcomes.iter().filter(|(status, _)| *status == Status::Scheduled).map(|(_, texts)| texts).sum()
    }

    /// How many there are to do: planned first, counted at the end.
    fn total(&self) -> i64 {
        if self.run.ended_at.is_some() { self.run.retried } else { self.run.planned.max(self.run.retried) }
    }

    fn is_over(&self) -> bool {
        self.run.ended_at.is_some() && self.done() >= self.total()
    }

    /// About how long it still takes, once it can be told.
    fn left(&self) -> Option<TimeDelta> {
        left(self.done(), self.total() - self.scheduled(), self.now - self.run.created_at)
    }
}

/// The rest at the pace so far; not said of so few or so soon that it would be a guess.
fn left(done: i64, total: i64, took: TimeDelta) -> Option<TimeDelta> {
    let rest = total - done;
    let milliseconds = took.num_milliseconds();
    (done >= 10 && rest > 0 && milliseconds >= 2_000)
        .then(|| TimeDelta::milliseconds(milliseconds.saturating_mul(rest) / done))
}

fn page(read: &Read) -> AnyView {
    let run = &read.run;
    let (done, total) = (read.done(), read.total());
    let texts = count(total, "text", "texts");
    let heading = if read.is_over() { format!("Retried {texts}") } else { format!("Retrying {texts}") };
    let about = if read.about.is_empty() {
        "All texts that did not arrive".to_owned()
    } else {
        read.about.join(" · ")
    };
    let over = read.is_over().then(|| {
        let failed: i64 = read
            .outcomes
            .iter()
            .filter(|(status, _)| status.outcome() == Some(Outcome::Failed))
            .map(|(_, texts)| texts)
            .sum();
        let words = if failed > 0 {
            format!(
                "{} failed again. They stand among the failures, with what to do now.",
                count(failed, "text", "texts")
            )
        } else {
            "None failed again so far. Texts without a receipt yet may still turn green.".to_owned()
        };
        view! { <p class="soft">{words}</p> }
    });
    view! {
        <Title text=heading.clone()/>
        <div class="head">
            <div class="stack tight">
                <p class="crumbs"><a href=paths::FAILURES>"Failures"</a></p>
                <h1>{heading}</h1>
                <p class="soft" dir="auto">{about}</p>
            </div>
            <div class="row"><span class="small soft" data-live-state=""></span></div>
        </div>
        <section class="card pad stack" aria-label="Progress">
            <div class="row between">
                <h2>{format!("{} of {} have left", grouped(done), grouped(total))}</h2>
                <span class="small soft">{pace(read)}</span>
            </div>
            <progress aria-label="Texts that have left" max=total.max(1).to_string() value=done.to_string()></progress>
            <div class="row small soft">{badges(read)}</div>
            {over}
            <p class="small soft">
                "Started by "<bdi>{run.author.clone()}</bdi>", "<Moment at=run.created_at zone=zone()/>
                {(!read.is_over()).then_some(". You may close this page; it goes on by itself.")}
            </p>
        </section>
        {passed_over(&run.not_retried.0, "Passed over")}
        <p><a href=paths::FAILURES>"Back to the failures"</a></p>
    }
    .into_any()
}

fn pace(read: &Read) -> String {
    if read.is_over() {
        return "done".into();
    }
    match (read.left(), read.scheduled()) {
        (Some(left), 0) => format!("about {} left", span(left.num_seconds() as f64)),
        (Some(left), held) => format!(
            "about {} left, {} held until a permitted time",
            span(left.num_seconds() as f64),
            grouped(held)
        ),
        (None, 0) => "under way".into(),
        (None, held) => format!("{} held until a permitted time", grouped(held)),
    }
}

/// What became of the new texts, each word once.
fn badges(read: &Read) -> AnyView {
    let mut words: Vec<(&'static str, &'static str, i64)> = Vec::new();
    for (each, texts) in &read.outcomes {
        match words.iter_mut().find(|(_, word, _)| *word == status(*each)) {
            Some(known) => known.2 += texts,
            None => words.push((tone(*each), status(*each), *texts)),
        }
    }
    words.reverse();
    words.into_iter()
        .map(|(tone, word, texts)| view! { <span class="badge" data-status=tone>{grouped(texts)}" "{word.to_lowercase()}</span> })
        .collect_view()
        .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rest_is_told_by_the_pace_so_far_and_not_guessed() {
        assert_eq!(left(100, 150, TimeDelta::seconds(20)), Some(TimeDelta::seconds(10)));
        assert_eq!(left(3, 150, TimeDelta::seconds(20)), None);
        assert_eq!(left(100, 150, TimeDelta::seconds(1)), None);
        assert_eq!(left(150, 150, TimeDelta::seconds(20)), None);
    }
}
