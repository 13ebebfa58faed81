//! A rule's reservoir: how many of its requests a second are sampled before its rate applies, divided among the clients (processes with
//! an SDK) that use the rule.
//!
//! Each client that reported lately is due an even share, but no more than it lately had requests; what is left over of that is
//! divided evenly again. X-Ray itself promises an even division and no more
//! (<https://docs.aws.amazon.com/xray/latest/devguide/xray-console-sampling.html>). A quota is a promise until its time has come, so
//! a client is given of its share what nobody else holds: the quotas that are good at one time never sum to more than the reservoir,
//! also while clients come and go; only where the rule's own size is made less do the promises of before sum to more, until their
//! time is over. One that joins late therefore gets its share when the others have reported again. Where there are
//! more clients than requests a second, those that have a quota keep one request of it for as long as they report: who comes next
//! could have it only when its time is over.
//!
//! Who has no quota borrows one request a second, as X-Ray lets SDKs do it
//! (<https://docs.aws.amazon.com/xray/latest/devguide/xray-api-sampling.html>); that is not in the sum.

use std::collections::HashMap;

use crate::model::Time;

/// Seconds from one report of a client to the next.
pub(super) const INTERVAL: u64 = 10;

/// For how many seconds a quota is good, and a client remembered: three reports, of which two may be lost. X-Ray has five minutes;
/// on a developer's machine, where a server starts anew at every change, that would be five minutes in which its quota is nobody's.
pub(super) const TTL: u64 = 30;

/// Clients of one rule. Who cannot be remembered has no quota.
const MOST_CLIENTS: usize = 256;

const SECOND: u64 = 1_000_000_000;

/// A client's name: 24 hexadecimal digits, which it makes up when it starts
/// (<https://docs.aws.amazon.com/xray/latest/api/API_SamplingStatisticsDocument.html>).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct ClientId(u128);

impl ClientId {
    /// `None`: these are not 24 hexadecimal digits.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let well_formed = text.len() == 24 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        well_formed.then(|| u128::from_str_radix(text, 16).ok())?.map(Self)
    }
}

/// What a client may sample of a rule's reservoir.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Quota {
    /// Requests each second.
    pub(super) requests: u32,
    /// The last second, since 1970, in which it is good. `None` where there is no quota: a time that is sent with a quota of 0
    /// would extend the last one, because the SDK for Node takes over the time and not the 0.
    pub(super) until: Option<u64>,
}

/// Who shares a reservoir.
#[derive(Debug, Clone, Default)]
pub(super) struct Reservoir {
    clients: HashMap<ClientId, Client>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Client {
    /// The second of its last report.
    seen: u64,
    /// Requests a second that matched the rule, between its last two reports.
    demand: u32,
    /// What it was last given.
    quota: u32,
    until: u64,
}

impl Client {
    fn holds(&self, second: u64) -> u32 {
        if self.until >= second { self.quota } else { 0 }
    }
}

impl Reservoir {
    /// A client reports so many requests that matched the rule since its last report, and asks for its quota.
    pub(super) fn report(&mut self, size: u32, id: ClientId, requests: u64, now: Time) -> Quota {
        let nothing = Quota { requests: 0, until: None };
        let second = now.0 / SECOND;
        // One that was seen later than now was seen before the clock was set back.
        self.clients.retain(|_, client| (client.seen..=client.seen.saturating_add(TTL)).contains(&second));
        if self.clients.len() >= MOST_CLIENTS && !self.clients.contains_key(&id) {
            return nothing;
        }
        let client = self.clients.entry(id).or_insert(Client { seen: second.saturating_sub(INTERVAL), ..Client::default() });
        let elapsed = second.saturating_sub(client.seen).max(1);
        client.demand = u32::try_from(requests.div_ceil(elapsed)).unwrap_or(u32::MAX);
        client.seen = second;
        let kept = u32::from(client.holds(second) > 0 && client.demand > 0);
        let others = self.clients.iter().filter(|(other, _)| **other != id);
        let held = others.fold(0_u32, |sum, (_, client)| sum.saturating_add(client.holds(second)));
        let given = self.share(size, id).max(kept).min(size.saturating_sub(held));
        if given == 0 {
            // What it still holds is its own until that has ended.
            return nothing;
        }
        let until = second.saturating_add(TTL);
        self.clients.entry(id).and_modify(|client| (client.quota, client.until) = (given, until));
        Quota { requests: given, until: Some(until) }
    }

    /// What a client is due of a reservoir, whoever holds it now. The shares of all sum to the reservoir.
    fn share(&self, size: u32, of: ClientId) -> u32 {
        let mut clients: Vec<_> = self.clients.iter().map(|(id, client)| (client.demand, *id)).collect();
        // Who wants least first: what it does not want is divided among the others.
        clients.sort_unstable();
        let (mut left, mut share) = (size, 0);
        for extra in [false, true] {
            for (index, (demand, id)) in clients.iter().enumerate() {
                let even = left / u32::try_from(clients.len() - index).unwrap_or(u32::MAX);
                let part = if extra { even } else { even.min(*demand) };
                left -= part;
                share += if *id == of { part } else { 0 };
            }
        }
        share
    }
}

#[cfg(test)]
mod tests;
