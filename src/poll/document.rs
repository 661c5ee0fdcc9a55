//! What a document that came changes: read, held against what is kept, judged by the admin's words. Writes nothing.

use std::{sync::Arc, time::Duration};

use tokio::time::Instant;
use tracing::info;

use super::{
    Asked, Poller, Reading,
    failures::{internal, unreadable},
    readers::{Premises, Read},
};
use crate::{
    fetch::Body,
    filter,
    hosts::Itinerary,
    model::{Alike, Digest, Failure, Hints, Known, Outcome, SourceId, Tally, Timestamp},
    normalize::{self, Arrival, Candidate, Familiar, Reconciled},
    store::StoreError,
};

/// A document, and what is kept of its entries.
struct Found {
    document: Read,
    known: Known,
    alike: Alike,
    /// What reading took.
    took: Duration,
}

impl<Clock: Fn() -> Timestamp> Poller<Clock> {
    /// Makes of a body what it changes.
    pub(super) async fn read(
        &self,
        asked: &Asked<'_>,
        way: &mut Itinerary,
        body: Body,
        digest: Digest,
    ) -> Result<Reading, Failure> {
        let Asked { source, before, window, question } = *asked;
        let (hints, validators) = (body.hints, body.validators.clone());
        let Found { document, known, alike, took } = self.find(asked, way, body).await?;
        let familiar = document.entries.iter().filter(|candidate| candidate.familiar.is_some()).count();
        let recognised = known.len() + familiar;
        let reading = question.reading;
        let reread = before.reading.is_some_and(|last| last != reading);
        let arrival = Arrival { now: (self.clock)(), first: before.last_entry.is_none(), reread, window };
        let entries = document.entries;
        // Digests of every text: not for the async threads, however long the document is.
        let republishing = source.republishing.clone();
        let reconcile = move || {
            let mut reconciled = normalize::reconcile(entries, &known, &alike, &arrival);
            filter::judge(&mut reconciled.changes, &republishing);
            reconciled
        };
        let reconciled = tokio::task::spawn_blocking(reconcile).await;
        let Reconciled { changes, sightings } =
            reconciled.map_err(|error| internal(&format!("could not reconcile: {error}"), hints))?;
        if changes.rekeyed > 0 {
            let entries = changes.rekeyed;
            info!(source = %source.id, entries, "the publisher gave entries that are known new ids");
        }
        let tally = Tally {
            hints,
            validators,
            body: digest,
            reading,
            document_ttl: document.ttl,
            skip: document.skip,
            rhythm: document.rhythm,
            recognised,
            inserted: changes.inserted.len(),
            updated: changes.updated.len(),
            rights: document.rights,
            matched: document.matched,
            repairs: document.repairs,
            warnings: document.warnings,
        };
        Ok(Reading { outcome: Outcome::Read(tally), changes, sightings, took: Some(took) })
    }

    /// Reads a body, and looks up what is kept of what it says. Items that stand as they stood are passed over, unless
    /// another claims the entry of one of them.
    async fn find(&self, asked: &Asked<'_>, way: &mut Itinerary, body: Body) -> Result<Found, Failure> {
        let Asked { source, before, question, .. } = *asked;
        // What was read by other rules than today's is read again, all of it.
        let last = before.body.filter(|_| !question.anew);
        let familiar = self.memory.of(&source.id, last);
        let again = (familiar.size() > 0).then(|| body.clone());
        let found = self.find_but(asked, way, body, familiar).await?;
        match again {
            Some(body) if normalize::is_contested(&found.document.entries, &found.known) => {
                self.find_but(asked, way, body, Arc::default()).await
            }
            _ => Ok(found),
        }
    }

    /// The same, but what is `familiar` is passed over in any case.
    async fn find_but(
        &self,
        asked: &Asked<'_>,
        way: &mut Itinerary,
        body: Body,
        familiar: Arc<Familiar>,
    ) -> Result<Found, Failure> {
        let Asked { source, before, question, .. } = *asked;
        let hints = body.hints;
        let (now, asked, matched) = ((self.clock)(), question.url.clone(), before.matched);
        let began = Instant::now();
        let document =
            self.readers.read(body, Arc::clone(source), Premises { now, asked, matched, familiar }).await;
        let took = began.elapsed();
        let mut document = document.map_err(|error| unreadable(&error, hints))?;
        if before.reading.is_none() {
            self.read_on(source, way, &mut document).await;
        }
        let recalled = self.recall(&source.id, &document.entries).await;
        let (known, alike) = recalled.map_err(|error| {
            // What the document says of its pace holds for us too, though we could not take it.
            let hints = Hints { max_age: hints.max_age.max(document.ttl), ..hints };
            internal(&format!("could not look up what is kept: {}", error.in_words()), hints)
        })?;
        Ok(Found { document, known, alike, took })
    }

    /// What is kept of a document's entries.
    async fn recall(&self, id: &SourceId, entries: &[Candidate]) -> Result<(Known, Alike), StoreError> {
        let keys = normalize::keys(entries);
        if keys.is_empty() {
            return Ok((Known::new(), Alike::new()));
        }
        let mut known = self.store.known(id.clone(), keys).await?;
        let doubts = normalize::doubts(entries, &known);
        let mut alike = Alike::new();
        if !doubts.keys.is_empty() {
            known.extend(self.store.known(id.clone(), doubts.keys).await?);
        }
        if !doubts.titles.is_empty() {
            alike = self.store.alike(id.clone(), doubts.titles).await?;
        }
        Ok((known, alike))
    }
}
