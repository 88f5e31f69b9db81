//! The question before something that cannot be taken back: what will happen, to how many, and the way out.

use leptos::prelude::*;

/// Asks, with the button that does it.
#[component]
pub fn Ask(
    /// Where on the page it stands.
    id: &'static str,
    #[prop(into)] title: String,
    /// What will happen.
    #[prop(into)]
    words: String,
    /// The form's address, and what it holds.
    action: &'static str,
    fields: Vec<(&'static str, String)>,
    #[prop(into)] button: String,
    /// The way out.
    keep: &'static str,
    #[prop(into)] back: String,
) -> AnyView {
    let heading = format!("{id}-title");
    let labelled_by = heading.clone();
    let fields =
        fields.into_iter().map(|(name, value)| view! { <input type="hidden" name=name value=value/> });
    view! {
        <section class="notice stack" id=id data-tone="warning" aria-labelledby=labelled_by>
            <h2 id=heading dir="auto">{title}</h2>
            <p class="small">{words}</p>
            <form class="row" method="post" action=action data-once>
                {fields.collect_view()}
                <button class="button primary danger">{button}</button>
                <a class="button" href=back>{keep}</a>
            </form>
        </section>
    }
    .into_any()
}
