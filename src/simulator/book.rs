//! All messages, in the order in which they were accepted, with the indexes that look-ups need.

use std::collections::{HashMap, HashSet};

use super::sent::{Direction, Sent};

/// The simulator's memory.
#[derive(Default)]
pub(super) struct Book {
    all: Vec<Sent>,
    by_sid: HashMap<String, usize>,
    by_account: HashMap<String, Vec<usize>>,
    by_to: HashMap<String, Vec<usize>>,
    /// Account, sender or Messaging Service, and the person who wants nothing from it.
    opted_out: HashSet<(String, String, String)>,
    /// How often a create was asked for, per recipient: the key of its chances.
    tries: HashMap<String, u64>,
}

impl Book {
    pub(super) fn add(&mut self, message: Sent) {
        let place = self.all.len();
        self.by_sid.insert(message.sid.clone(), place);
        self.by_account.entry(message.account_sid.clone()).or_default().push(place);
        self.by_to.entry(message.to.clone()).or_default().push(place);
        self.all.push(message);
    }

    pub(super) fn get(&self, sid: &str) -> Option<&Sent> {
        self.by_sid.get(sid).and_then(|&place| self.all.get(place))
    }

    pub(super) fn get_mut(&mut self, sid: &str) -> Option<&mut Sent> {
        self.by_sid.get(sid).and_then(|&place| self.all.get_mut(place))
    }

    pub(super) fn outbound(&self) -> Vec<Sent> {
        self.all.iter().filter(|message| is_outbound(message)).cloned().collect()
    }

    pub(super) fn outbound_to(&self, to: &str) -> Vec<Sent> {
        let places = self.by_to.get(to).map_or(&[][..], Vec::as_slice);
        let found = places.iter().filter_map(|&place| self.all.get(place));
        found.filter(|message| is_outbound(message)).cloned().collect()
    }

    /// Whether these words were sent to this number before.
    pub(super) fn was_sent(&self, to: &str, body: &str) -> bool {
        let places = self.by_to.get(to).map_or(&[][..], Vec::as_slice);
        let mut found = places.iter().filter_map(|&place| self.all.get(place));
        found.any(|message| is_outbound(message) && message.body_received == body)
    }

    /// A stretch of everything, oldest first, and how much there is.
    pub(super) fn stretch(&self, after: usize, limit: usize) -> (Vec<Sent>, usize) {
        (self.all.iter().skip(after).take(limit).cloned().collect(), self.all.len())
    }

    /// An account's messages, newest first, all of them or those to one number, from before the
    /// message `before` on. `None` when there is no such message.
    pub(super) fn newest_first(
        &self,
        account: &str,
        to: Option<&str>,
        before: Option<&str>,
    ) -> Option<impl Iterator<Item = &Sent>> {
        let limit = match before {
            None => self.all.len(),
            Some(sid) => *self.by_sid.get(sid)?,
        };
        let places = match to {
            None => self.by_account.get(account),
            Some(to) => self.by_to.get(to),
        };
        let places = places.map_or(&[][..], Vec::as_slice);
        let older = places.get(..places.partition_point(|&place| place < limit))?;
        let owned = account.to_owned();
        Some(
            older
                .iter()
                .rev()
                .filter_map(|&place| self.all.get(place))
                .filter(move |message| message.account_sid == owned && !message.deleted),
        )
    }

    /// Counts a create for this recipient and says how many came before.
    pub(super) fn next_try(&mut self, to: &str) -> u64 {
        let tries = self.tries.entry(to.to_owned()).or_default();
        *tries += 1;
        *tries - 1
    }

    pub(super) fn has_opted_out(&self, account: &str, sender: &str, person: &str) -> bool {
        !self.opted_out.is_empty() && self.opted_out.contains(&(account.into(), sender.into(), person.into()))
    }

    pub(super) fn opt_out(&mut self, account: &str, senders: Vec<String>, person: &str) {
        for sender in senders {
            self.opted_out.insert((account.into(), sender, person.into()));
        }
    }

    pub(super) fn opt_in(&mut self, account: &str, senders: Vec<String>, person: &str) {
        for sender in senders {
            self.opted_out.remove(&(account.into(), sender, person.into()));
        }
    }
}

fn is_outbound(message: &Sent) -> bool {
    message.direction == Direction::OutboundApi
}
