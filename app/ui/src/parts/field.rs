//! Form fields that keep what was typed and say at the field what needs mending.

use leptos::prelude::*;

use crate::flash::Flash;

/// The notice of the last action, if this page answers one.
pub(crate) fn last() -> Option<Flash> {
    use_context::<Option<Flash>>().flatten()
}

/// What to show in a field: what was typed before, else this.
pub(crate) fn value(name: &str, otherwise: &str) -> String {
    last().and_then(|flash| flash.typed(name).map(str::to_owned)).unwrap_or_else(|| otherwise.to_owned())
}

pub(super) struct Around {
    hint: Option<&'static str>,
    error: Option<String>,
    pub(super) described_by: Option<String>,
}

impl Around {
    pub(super) fn new(name: &str, hint: Option<&'static str>) -> Self {
        let error = last().and_then(|flash| flash.error(name).map(str::to_owned));
        let ids = [hint.map(|_| format!("{name}-hint")), error.as_ref().map(|_| format!("{name}-error"))];
        let ids: Vec<String> = ids.into_iter().flatten().collect();
        Self { hint, error, described_by: (!ids.is_empty()).then(|| ids.join(" ")) }
    }

    pub(super) fn hint(&self, name: &str) -> Option<impl IntoView + use<>> {
        self.hint.map(|hint| view! { <p class="hint" id=format!("{name}-hint")>{hint}</p> })
    }

    pub(super) fn error(&self, name: &str) -> Option<impl IntoView + use<>> {
        self.error.clone().map(|error| view! { <p class="error" id=format!("{name}-error")>{error}</p> })
    }

    pub(super) fn invalid(&self) -> Option<&'static str> {
        self.error.as_ref().map(|_| "true")
    }
}

/// One line of input.
#[component]
pub fn Field(
    name: &'static str,
    label: &'static str,
    #[prop(optional)] kind: Option<&'static str>,
    #[prop(optional)] hint: Option<&'static str>,
    #[prop(optional)] autocomplete: Option<&'static str>,
    #[prop(optional, into)] value: String,
    #[prop(optional)] required: bool,
    /// The id of a datalist with what may be meant.
    #[prop(optional)]
    list: Option<&'static str>,
) -> AnyView {
    let around = Around::new(name, hint);
    let kind = kind.unwrap_or("text");
    // A password is never sent back.
    let shown = if kind == "password" { String::new() } else { self::value(name, &value) };
    view! {
        <div class="field">
            <label for=name>{label}</label>
            {around.hint(name)}
            <input id=name name=name type=kind value=shown autocomplete=autocomplete required=required list=list
                aria-invalid=around.invalid() aria-describedby=around.described_by.clone()/>
            {around.error(name)}
        </div>
    }
    .into_any()
}

/// Several lines of input.
#[component]
pub fn Area(
    name: &'static str,
    label: &'static str,
    #[prop(optional)] hint: Option<&'static str>,
    #[prop(optional, into)] value: String,
) -> AnyView {
    let around = Around::new(name, hint);
    view! {
        <div class="field">
            <label for=name>{label}</label>
            {around.hint(name)}
            <textarea id=name name=name required aria-invalid=around.invalid()
                aria-describedby=around.described_by.clone()>{self::value(name, &value)}</textarea>
            {around.error(name)}
        </div>
    }
    .into_any()
}

/// One of a few.
#[component]
pub fn Choice(
    name: &'static str,
    label: &'static str,
    /// Value and words of each.
    options: Vec<(String, String)>,
    #[prop(into)] chosen: String,
    #[prop(optional)] hint: Option<&'static str>,
) -> AnyView {
    let around = Around::new(name, hint);
    let chosen = value(name, &chosen);
    let options = options
        .into_iter()
        .map(|(value, words)| {
            let selected = value == chosen;
            view! { <option value=value selected=selected>{words}</option> }
        })
        .collect_view();
    view! {
        <div class="field">
            <label for=name>{label}</label>
            {around.hint(name)}
            <select id=name name=name aria-invalid=around.invalid() aria-describedby=around.described_by.clone()>
                {options}
            </select>
            {around.error(name)}
        </div>
    }
    .into_any()
}

/// Yes or no; it comes back as it was left, also when it was left unticked.
#[component]
pub fn Tick(
    name: &'static str,
    label: &'static str,
    ticked: bool,
    #[prop(optional)] hint: Option<&'static str>,
) -> AnyView {
    let around = Around::new(name, hint);
    let typed = last().and_then(|flash| flash.typed(name).map(|value| value == "on"));
    view! {
        <div class="field">
            <label for=name>
                <input id=name name=name type="checkbox" value="on" checked=typed.unwrap_or(ticked)
                    aria-invalid=around.invalid() aria-describedby=around.described_by.clone()/>
                {label}
            </label>
            {around.hint(name)}
            {around.error(name)}
        </div>
    }
    .into_any()
}
