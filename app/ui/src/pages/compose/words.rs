//! What the texts say: type, template, words, and the variables in them.

use leptos::prelude::*;
use usher_core::messages::Purpose;
use usher_core::sends::{Typed, VARIABLES};
use usher_core::templates::Template;

use super::who::select;
use super::{error, error_line};
use crate::parts::words::excerpt;
use crate::paths;

/// Type, template and words, with what there is to say of them.
pub(super) fn words(typed: &Typed, templates: &[Template], facts: AnyView) -> AnyView {
    let purposes =
        Purpose::to_choose_from().map(|purpose| (purpose.as_str().to_owned(), purpose.label().to_owned()));
    let invalid = error("body").map(|_| "true");
    let described = if invalid.is_some() { "body-error look" } else { "look" };
    view! {
        <section class="card pad stack" aria-labelledby="words">
            <h2 id="words">"Words"</h2>
            <div class="fields">
                {select("purpose", "Type", purposes.collect(), &typed.purpose)}
                {template(typed, templates)}
            </div>
            <div class="field">
                <label for="body">"Text"</label>
                <textarea id="body" name="body" aria-invalid=invalid aria-describedby=described>{typed.body.clone()}</textarea>
                {error_line("body")}
            </div>
            {facts}
        </section>
    }
    .into_any()
}

fn template(typed: &Typed, templates: &[Template]) -> AnyView {
    if templates.is_empty() {
        return view! {
            <div class="field">
                <span class="soft small">"No templates yet. "<a href=paths::NEW_TEMPLATE>"Make one"</a>" to use words again."</span>
            </div>
        }
        .into_any();
    }
    let none = (String::new(), "No template".to_owned());
    let each = templates.iter().map(|template| (template.id.to_string(), excerpt(&template.name, 60)));
    view! {
        <div class="template">
            {select("template", "Template", std::iter::once(none).chain(each).collect(), &typed.template)}
            <button class="button" name="then" value="template">"Fill in"</button>
        </div>
    }
    .into_any()
}

/// The variables, to click or to copy.
pub(crate) fn variables() -> AnyView {
    let each = VARIABLES.iter().map(|variable| {
        let braced = format!("{{{{{}}}}}", variable.name);
        view! { <li><code data-insert=braced.clone()>{braced.clone()}</code> <span>{variable.meaning}</span></li> }
    });
    view! {
        <details class="card variables" open>
            <summary class="pad">"Variables"</summary>
            <ul>{each.collect_view()}</ul>
        </details>
    }
    .into_any()
}
