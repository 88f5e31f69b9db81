//! Whether somebody must not be texted: why, how that ends, and the form that opts them out.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use usher_core::Error;
use usher_core::ids::ContactId;
use usher_core::people::Role;
use usher_core::suppressions::{self, Source, Suppression};

use crate::form::{Done, Form};
use crate::parts::field::{Field, last};
use crate::parts::time::short;
use crate::paths;
use crate::visit::{signed_in, ui, zone};

/// What is said after it.
pub(super) const DONE: &str = "They are opted out. Texts that still wait for them will not be sent. If it was a mistake, an owner can lift it under Opt-outs.";

/// A notice for each reason why somebody is not texted, with the way back that there is.
pub(super) fn standing(reasons: &[Suppression]) -> AnyView {
    reasons.iter().map(notice).collect_view().into_any()
}

fn notice(reason: &Suppression) -> AnyView {
    let (heading, words) = match reason.source {
        Source::Stop | Source::TwilioOptOut => {
            ("They opted out", "They get no texts from you. Only they can undo it, by texting START.")
        }
        Source::Staff => ("Your organization opted them out", "They get no texts from you."),
        Source::Dead => (
            "This number does not get texts",
            "It may be a landline or out of service. Ask for another number and fix it here.",
        ),
    };
    let at = short(reason.created_at, zone(), ui().service.clock.now());
    let by = reason.author.clone().map(|author| view! { ", by "<bdi>{author}</bdi> });
    view! {
        <div class="notice stack tight" data-tone="warning">
            <b>{heading}</b>
            <p class="small">{words}</p>
            <p class="small">"Since "{at}": "<bdi>{reason.reason.clone()}</bdi>{by}". "{way_back(reason)}</p>
        </div>
    }
    .into_any()
}

/// What a person asked for, only they take back; the rest an owner may.
fn way_back(reason: &Suppression) -> Option<AnyView> {
    reason.source.may_be_lifted().then(|| {
        let owner = signed_in().is_some_and(|visitor| visitor.person.role == Role::Owner);
        if !owner {
            return "An owner can lift it.".into_any();
        }
        view! { <a href=format!("{}?lift={}", paths::OPT_OUTS, reason.id)>"Lift it"</a> }.into_any()
    })
}

/// Whether nothing but a number that gets no texts keeps somebody from being texted.
pub(super) fn may_opt_out(sources: impl IntoIterator<Item = Source>) -> bool {
    let may_send = signed_in().is_some_and(|visitor| visitor.person.role.may_send());
    may_send && sources.into_iter().all(|source| source == Source::Dead)
}

/// The way to a form that opts somebody out, folded until somebody asks for it.
pub(super) fn form(action: &'static str, hidden: AnyView, open: bool) -> AnyView {
    let open = open || last().is_some_and(|flash| flash.error("reason").is_some());
    view! {
        <details class="card more" id="opt-out" open=open>
            <summary>"Opt out"</summary>
            <form class="pad stack" method="post" action=action data-once>
                {hidden}
                <p class="soft">"For whoever asked you for no more texts in any other way than by texting STOP. They get none from then on, of any event."</p>
                <Field name="reason" label="Why" autocomplete="off" required=true hint="Such as: asked us by phone"/>
                <div class="row end"><button class="button danger">"Opt out this person"</button></div>
            </form>
        </details>
    }
    .into_any()
}

/// The form on somebody's own page.
pub(super) fn of_contact(contact: ContactId, open: bool) -> AnyView {
    let hidden = view! { <input type="hidden" name="contact" value=contact.to_string()/> }.into_any();
    form(OptOutContact::url(), hidden, open)
}

/// Opts out somebody who asked for it.
#[server(prefix = "/do", endpoint = "opt-out-contact")]
pub async fn opt_out_contact(
    #[server(default)] contact: String,
    #[server(default)] reason: String,
) -> Result<(), ServerFnError> {
    let id = ContactId::parse(&contact);
    let back = id.map_or(paths::PEOPLE.to_owned(), paths::contact);
    Form::new(back.clone(), &[("reason", &reason)])
        .for_person(async move |service, person| {
            suppressions::opt_out(&service, &person, id.ok_or(Error::NotFound)?, &reason).await?;
            Ok(Done::new(back, DONE))
        })
        .await
}
