//! A time zone to type or to choose from all there are.

use leptos::prelude::*;

use super::field::{Around, value as typed};

/// Old names and offsets, which nobody looks for.
const OLD: [&str; 12] = [
    "Brazil/",
    "Canada/",
    "Chile/",
    "Etc/",
    "Mexico/",
    "US/",
    "SystemV/",
    "posix/",
    "right/",
    "America/Argentina/Com",
    "America/Buenos",
    "Asia/Calcutta",
];

/// The field for a time zone. What is typed is checked by whoever takes it.
#[component]
pub fn ZoneField(
    label: &'static str,
    #[prop(into)] value: String,
    #[prop(optional)] hint: Option<&'static str>,
) -> AnyView {
    let around = Around::new("timezone", hint);
    let zones = chrono_tz::TZ_VARIANTS.iter().map(|zone| zone.name()).filter(|name| is_usual(name));
    view! {
        <div class="field">
            <label for="timezone">{label}</label>
            {around.hint("timezone")}
            <input id="timezone" name="timezone" list="zones" value=typed("timezone", &value) autocomplete="off"
                required aria-invalid=around.invalid() aria-describedby=around.described_by.clone()/>
            <datalist id="zones">{zones.map(|name| view! { <option value=name></option> }).collect_view()}</datalist>
            {around.error("timezone")}
        </div>
    }
    .into_any()
}

fn is_usual(name: &str) -> bool {
    name == "UTC" || (name.contains('/') && !OLD.iter().any(|old| name.starts_with(old)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_zone_that_is_offered_is_one_and_old_names_are_not_offered() {
        let offered: Vec<&str> =
            chrono_tz::TZ_VARIANTS.iter().map(|zone| zone.name()).filter(|name| is_usual(name)).collect();
        assert!(offered.contains(&"America/New_York") && offered.contains(&"UTC"));
        assert!(!offered.contains(&"US/Eastern") && !offered.contains(&"EST"));
    }
}
