//! The fields of an event, for making and changing one.

use leptos::prelude::*;
use usher_core::events::{Event, KINDS, local_field};

use crate::parts::field::{Choice, Field};
use crate::parts::zone::ZoneField;

/// The fields, filled with an event or for a new one in this zone.
pub(super) fn fields(event: Option<&Event>, zone: String) -> AnyView {
    let shown = |read: fn(&Event) -> String| event.map(read).unwrap_or_default();
    let mut kinds: Vec<(String, String)> =
        KINDS.iter().map(|(word, words)| ((*word).to_owned(), (*words).to_owned())).collect();
    let kind = event.map_or_else(|| KINDS[0].0.to_owned(), |event| event.kind.clone());
    // A program may have given it a kind of its own, which must survive a change by hand.
    if !kinds.iter().any(|(word, _)| *word == kind) {
        kinds.push((kind.clone(), kind.clone()));
    }
    let ends_at = shown(|event| event.ends_at.map(|at| local_field(at, event.zone())).unwrap_or_default());
    view! {
        <Field name="name" label="Name" value=shown(|event| event.name.clone()) required=true/>
        <div class="fields">
            <Choice name="kind" label="Kind" options=kinds chosen=kind/>
            <ZoneField label="Time zone" value=event.map_or(zone, |event| event.timezone.clone())/>
        </div>
        <div class="fields">
            <Field name="starts_at" label="Starts" kind="datetime-local" required=true
                value=shown(|event| local_field(event.starts_at, event.zone()))/>
            <Field name="ends_at" label="Ends (optional)" kind="datetime-local" value=ends_at/>
        </div>
        <div class="fields">
            <Field name="location" label="Where (optional)" value=shown(|event| event.location.clone())/>
            <Field name="host_name" label="Host (optional)" value=shown(|event| event.host_name.clone())/>
        </div>
    }
    .into_any()
}
