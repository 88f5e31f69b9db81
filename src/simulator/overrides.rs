//! Twilio's connection overrides: how patient a webhook's fragment asks it to be.

use std::time::Duration;

use url::form_urlencoded;

/// Why a post of a webhook may be repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trouble {
    /// No connection.
    Connect,
    /// No answer in time.
    Read,
    /// A 4xx answer.
    Client,
    /// A 5xx answer.
    Server,
}

/// How a webhook is posted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Overrides {
    pub(super) connect: Duration,
    pub(super) read: Duration,
    pub(super) total: Duration,
    pub(super) retries: u32,
    repeated: Vec<Trouble>,
}

impl Default for Overrides {
    /// What Twilio does unasked: one retry, and only when there was no connection.
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            read: Duration::from_secs(15),
            total: Duration::from_secs(15),
            retries: 1,
            repeated: vec![Trouble::Connect],
        }
    }
}

impl Overrides {
    /// Splits a callback address into what is called and signed, and what its fragment asks for.
    /// Unknown keys and unreadable values leave the default.
    pub(super) fn split(address: &str) -> (&str, Self) {
        let (url, fragment) = address.split_once('#').unwrap_or((address, ""));
        let mut overrides = Self::default();
        for (key, value) in form_urlencoded::parse(fragment.as_bytes()) {
            let millis =
                |limit| value.parse::<u64>().ok().map(|ms| Duration::from_millis(ms.clamp(100, limit)));
            match key.as_ref() {
                "ct" => overrides.connect = millis(10_000).unwrap_or(overrides.connect),
                "rt" => overrides.read = millis(15_000).unwrap_or(overrides.read),
                "tt" => overrides.total = millis(15_000).unwrap_or(overrides.total),
                "rc" => {
                    overrides.retries = value.parse::<u32>().map_or(overrides.retries, |n| n.min(5));
                }
                "rp" => overrides.repeated = troubles(&value),
                _ => {}
            }
        }
        (url, overrides)
    }

    /// Whether this trouble is worth another post.
    pub(super) fn repeats(&self, trouble: Trouble) -> bool {
        self.repeated.contains(&trouble)
    }
}

fn troubles(list: &str) -> Vec<Trouble> {
    use Trouble::{Client, Connect, Read, Server};
    let mut troubles = Vec::new();
    for word in list.split(',') {
        match word.trim() {
            "4xx" => troubles.push(Client),
            "5xx" => troubles.push(Server),
            "ct" => troubles.push(Connect),
            "rt" => troubles.push(Read),
            "all" => troubles.extend([Connect, Read, Client, Server]),
            _ => {}
        }
    }
    troubles
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_fragment_only_a_failed_connect_is_repeated_once() {
        let (url, overrides) = Overrides::split("https://example.org/x?a=1");
        assert_eq!(url, "https://example.org/x?a=1");
        assert_eq!(overrides, Overrides::default());
        assert!(overrides.repeats(Trouble::Connect));
        assert!(!overrides.repeats(Trouble::Server));
    }

    #[test]
    fn a_fragment_is_cut_off_and_obeyed_within_limits() {
        let (url, overrides) =
            Overrides::split("https://example.org/x?a=1#rc=9&rp=4xx,5xx&ct=1&rt=700&tt=99999");
        assert_eq!(url, "https://example.org/x?a=1");
        assert_eq!(overrides.retries, 5);
        assert_eq!(overrides.connect, Duration::from_millis(100));
        assert_eq!(overrides.read, Duration::from_millis(700));
        assert_eq!(overrides.total, Duration::from_secs(15));
        assert!(overrides.repeats(Trouble::Client) && overrides.repeats(Trouble::Server));
        assert!(!overrides.repeats(Trouble::Connect) && !overrides.repeats(Trouble::Read));
    }
}
