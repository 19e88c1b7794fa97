//! Password resets that wait for the database after their responses are sent.
//!
//! The response is the same whether or not there is room in the queue, because its length depends
//! on the accounts in it. The sites that send requests take turns. If the queue is full, the site
//! with the most requests loses one, so a flood from one site delays no other.

use crate::actor::ClientInfo;
use crate::email::EmailAddress;
use crate::network;
use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::Semaphore;

/// The maximum number of waiting requests. Each takes a little memory.
pub const MAX_WAITING: usize = 1_024;
/// The maximum number of requests processed at once. Most database connections are reserved for
/// requests whose client waits for the response.
pub const AT_WORK: usize = 4;

/// A password reset requested by an anonymous visitor.
#[derive(Clone, Debug)]
pub struct ResetRequest {
    pub email: EmailAddress,
    pub origin: ClientInfo,
}

/// The queue of requests. Clones share it.
#[derive(Clone)]
pub struct ResetQueue {
    waiting: Arc<Mutex<Waiting>>,
    /// The permits of the requests in progress.
    pub permits: Arc<Semaphore>,
}

impl Default for ResetQueue {
    fn default() -> ResetQueue {
        ResetQueue {
            waiting: Arc::default(),
            permits: Arc::new(Semaphore::new(AT_WORK)),
        }
    }
}

impl ResetQueue {
    /// Adds a request. Returns whether the queue has grown. It does not grow if the same site
    /// already waits for the same address or if another request was dropped.
    pub fn push(&self, request: ResetRequest) -> bool {
        let mut waiting = self.waiting();
        if !waiting.push(request) {
            return false;
        }
        if waiting.len <= MAX_WAITING {
            return true;
        }
        waiting.drop_one();
        metrics::counter!("tokenvue_password_resets_dropped_total").increment(1);
        tracing::debug!("dropped a password reset: the queue is full");
        false
    }

    /// Takes the next request of the site whose turn it is.
    pub fn pop(&self) -> Option<ResetRequest> {
        self.waiting().pop()
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The waiting requests by site.
#[derive(Default)]
struct Waiting {
    by_site: HashMap<String, VecDeque<ResetRequest>>,
    /// The sites with requests, in the order of their turns.
    turns: VecDeque<String>,
    /// Sites and the email keys that they wait for.
    known: HashSet<(String, String)>,
    len: usize,
}

impl Waiting {
    fn push(&mut self, request: ResetRequest) -> bool {
        let site = network::site_of_client(&request.origin.address);
        let key = request.email.key().to_owned();
        if !self.known.insert((site.clone(), key)) {
            return false;
        }
        let requests = self.by_site.entry(site.clone()).or_default();
        if requests.is_empty() {
            self.turns.push_back(site);
        }
        requests.push_back(request);
        self.len += 1;
        true
    }

    fn pop(&mut self) -> Option<ResetRequest> {
        let site = self.turns.pop_front()?;
        let request = self.by_site.get_mut(&site)?.pop_front()?;
        self.turns.push_back(site.clone());
        self.removed(&site, &request);
        Some(request)
    }

    /// Drops the latest request of the site with the most requests. Of several such sites, drops
    /// that of the site that has waited the shortest time.
    fn drop_one(&mut self) {
        let waiting = |site: &&String| self.by_site.get(*site).map_or(0, VecDeque::len);
        let Some(site) = self.turns.iter().max_by_key(waiting).cloned() else {
            return;
        };
        let dropped = self.by_site.get_mut(&site).and_then(VecDeque::pop_back);
        if let Some(dropped) = dropped {
            self.removed(&site, &dropped);
        }
    }

    /// Forgets a removed request, and its site if it was the last one.
    fn removed(&mut self, site: &str, request: &ResetRequest) {
        self.len -= 1;
        let key = request.email.key().to_owned();
        self.known.remove(&(site.to_owned(), key));
        if self.by_site.get(site).is_some_and(VecDeque::is_empty) {
            self.by_site.remove(site);
            self.turns.retain(|other| other != site);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::email::DomainScope;

    fn request(address: &str, n: usize) -> ResetRequest {
        ResetRequest {
            email: EmailAddress::parse(&format!("p{n}@acme.example"), DomainScope::Public).unwrap(),
            origin: ClientInfo {
                address: address.to_owned(),
                ..ClientInfo::default()
            },
        }
    }

    fn drain(queue: &ResetQueue) -> Vec<(String, String)> {
        let pop = || queue.pop();
        std::iter::from_fn(pop)
            .map(|request| (request.origin.address, request.email.key().to_owned()))
            .collect()
    }

    #[test]
    fn sites_take_turns() {
        let queue = ResetQueue::default();
        for n in 0..3 {
            assert!(queue.push(request("203.0.113.1", n)));
        }
        assert!(queue.push(request("203.0.113.2", 0)));
        assert!(!queue.push(request("203.0.113.2", 0)), "already waiting");
        let order: Vec<String> = drain(&queue).into_iter().map(|(from, _)| from).collect();
        let (one, other) = ("203.0.113.1", "203.0.113.2");
        assert_eq!(order, [one, other, one, one]);
        assert!(queue.pop().is_none());
        assert!(queue.waiting().by_site.is_empty());
        assert!(queue.waiting().known.is_empty());
        assert!(queue.waiting().turns.is_empty());
    }

    #[test]
    fn flood_from_a_few_sites_displaces_no_others() {
        let queue = ResetQueue::default();
        for n in 0..2 * MAX_WAITING {
            // One IPv6 site with a network for each request, and one IPv4 site.
            queue.push(request(&format!("2001:db8:1:{n:x}::1"), n));
            queue.push(request("203.0.113.1", n));
        }
        assert_eq!(queue.waiting().len, MAX_WAITING);
        let grew = queue.push(request("198.51.100.1", 0));
        assert!(!grew, "another request is dropped for it");
        let order: Vec<String> = drain(&queue).into_iter().map(|(from, _)| from).collect();
        assert_eq!(order.len(), MAX_WAITING);
        let turn = order.iter().position(|from| from == "198.51.100.1");
        assert_eq!(turn, Some(2), "after one of each other site");
    }

    #[test]
    fn full_queue_of_single_requests_drops_the_new_one() {
        let queue = ResetQueue::default();
        for n in 0..MAX_WAITING {
            let address = format!("10.0.{}.{}", n / 256, n % 256);
            assert!(queue.push(request(&address, 0)));
        }
        assert!(!queue.push(request("198.51.100.1", 0)));
        let order = drain(&queue);
        assert_eq!(order.len(), MAX_WAITING);
        assert!(order.iter().all(|(from, _)| from != "198.51.100.1"));
    }
}
