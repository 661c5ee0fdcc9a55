//! The further pages of a list, at a source's first poll: what stands on them was news before we came. Knows no rule by
//! which a page is read.

use std::{collections::HashSet, sync::Arc};

use url::Url;

use super::{
    Poller,
    readers::{Premises, Read},
};
use crate::{
    fetch::{self, Fetched},
    hosts::{Host, Itinerary},
    model::{EntryKey, PageRules, Source, Timestamp, Validators},
};

impl<Clock: Fn() -> Timestamp> Poller<Clock> {
    /// Adds what stands on the next pages, as many as the admin wants, at the same host and at its pace. What cannot be
    /// had is told as a warning: the first page stands.
    pub(super) async fn read_on(&self, source: &Arc<Source>, way: &mut Itinerary, document: &mut Read) {
        let pages = source.page.as_ref().map_or(1, |rules| PageRules::pages(rules));
        let mut read = HashSet::from([source.url.clone()]);
        let mut known: HashSet<EntryKey> =
            document.entries.iter().map(|candidate| candidate.entry.identity.key()).collect();
        for _ in 1..pages {
            let Some(next) = document.next.take() else { break };
            // Whose rules and credentials these are, is known of this host alone.
            if Host::of(&next) != Host::of(&source.url) || !read.insert(next.clone()) {
                break;
            }
            match self.page(source, way, &next).await {
                Ok(page) => {
                    let new = page.entries.into_iter();
                    document
                        .entries
                        .extend(new.filter(|candidate| known.insert(candidate.entry.identity.key())));
                    document.next = page.next;
                }
                Err(reason) => {
                    document.warnings.push(format!("the next page {next} was not read: {reason}"));
                    break;
                }
            }
        }
    }

    async fn page(&self, source: &Arc<Source>, way: &mut Itinerary, url: &Url) -> Result<Read, String> {
        let validators = Validators::default();
        let (limits, access) = (&source.limits, &source.access);
        let request = fetch::Request { url, validators: &validators, limits, access, feed: Some(source) };
        match self
            .fetcher
            .fetch(&request, way, (self.clock)())
            .await
            .map_err(|error| error.failure().reason)?
        {
            Fetched::Body(body) => {
                let (now, asked, familiar) = ((self.clock)(), url.clone(), Arc::default());
                let premises = Premises { now, asked, matched: None, familiar };
                let read = self.readers.read(body, Arc::clone(source), premises).await;
                read.map_err(|error| error.to_string())
            }
            Fetched::NotModified { .. } => Err("it answered 304 to who asked for the whole".to_owned()),
        }
    }
}
