//! What the handle tells of numbers: what archives are made of, and which entries are one story.

use std::ops::Range;

use crate::model::{Row, Seq, Timestamp};

use super::{Engine, Scope, Sources, Store, StoreError, rows};

impl Store {
    /// As [`Store::rows`], for channels in which a group is one entry: `at_least` counts groups, and of each that has a
    /// row all those of these sources are given, older ones too. A channel of all sources needs no others than the lead
    /// that each row tells.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn stories(
        &self,
        sources: Sources,
        since: Timestamp,
        at_least: usize,
    ) -> Result<Vec<Row>, StoreError> {
        self.read_acknowledged(move |engine| rows::stories(engine, &sources, since, at_least)).await
    }

    /// The rows of the group of each of these numbers; see [`Engine::groups`].
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn groups(&self, seqs: Vec<Seq>) -> Result<Vec<Vec<Row>>, StoreError> {
        self.read_acknowledged(move |engine| engine.groups(&seqs)).await
    }

    /// The rows of these numbers; see [`Engine::numbered`].
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn numbered(&self, range: Range<Seq>) -> Result<Vec<Row>, StoreError> {
        self.read_acknowledged(move |engine| engine.numbered(range)).await
    }

    /// The highest number below this one that has a row in one of these scopes; of `Seq(u64::MAX)` the newest of all.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn last_below(&self, scopes: Vec<Scope>, seq: Seq) -> Result<Option<Seq>, StoreError> {
        let last = move |engine: &(dyn Engine + 'static)| {
            let found = scopes.iter().map(|scope| engine.last_below(scope, seq));
            found.collect::<Result<Vec<_>, _>>().map(|found| found.into_iter().flatten().max())
        };
        self.read_acknowledged(last).await
    }

    /// The lowest number, this one or above, that has a row in one of these scopes.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn first_from(&self, scopes: Vec<Scope>, seq: Seq) -> Result<Option<Seq>, StoreError> {
        let first = move |engine: &(dyn Engine + 'static)| {
            let found = scopes.iter().map(|scope| engine.first_from(scope, seq));
            found.collect::<Result<Vec<_>, _>>().map(|found| found.into_iter().flatten().min())
        };
        self.read_acknowledged(first).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        model::Presence,
        store::{MemoryEngine, samples::*},
    };

    fn numbers(rows: &[Row]) -> Vec<u64> {
        rows.iter().map(|row| row.seq.0).collect()
    }

    #[tokio::test]
    async fn stories_are_counted_as_one_and_come_with_their_rows() {
        let store = Store::new(MemoryEngine::new()).unwrap();
        for (second, id) in (1..).zip(["home", "hue", "nam"]) {
            store.commit(commit(id, second, &[1, 2, 3])).await.unwrap();
        }
        // Of `home` are 1 2 3, of `hue` 4 5 6, of `nam` 7 8 9: three stories.
        let ids = |names: &[&str]| names.iter().map(|name| source(name)).collect::<Vec<_>>();
        let all = Sources::All(std::sync::Arc::new(ids(&["home", "hue", "nam"]).into_iter().collect()));
        let rows = store.stories(all.clone(), at(100), 3).await.unwrap();
        assert_eq!(numbers(&rows), [9, 8, 7]);
        assert_eq!(rows[0].lead.as_ref().unwrap().seq, Seq(3));
        // Where there is a fourth, so many rows are asked for as make four.
        store.commit(commit("hue", 0, &[4])).await.unwrap();
        let rows = store.stories(all, at(100), 4).await.unwrap();
        assert_eq!(numbers(&rows), [9, 8, 7, 6, 5, 4, 3, 2, 1, 10]);
        // Two of one province: what is older than was asked for is there too.
        let rows = store.stories(Sources::Only(ids(&["nam", "hue"])), at(3), 0).await.unwrap();
        assert_eq!(numbers(&rows), [9, 8, 7, 6, 5, 4]);
        let rows = store.stories(Sources::Only(ids(&["nam"])), at(3), 9).await.unwrap();
        assert_eq!(numbers(&rows), [9, 8, 7]);
        let scopes = || ids(&["nam", "home"]).into_iter().map(Scope::Source).collect::<Vec<_>>();
        assert_eq!(store.last_below(scopes(), Seq(7)).await.unwrap(), Some(Seq(3)));
        assert_eq!(store.first_from(scopes(), Seq(4)).await.unwrap(), Some(Seq(7)));
        assert_eq!(store.last_below(vec![Scope::All], Seq(u64::MAX)).await.unwrap(), Some(Seq(10)));
        assert_eq!(numbers(&store.numbered(Seq(3)..Seq(5)).await.unwrap()), [3, 4]);
        store.close().await.unwrap();
    }

    #[tokio::test]
    async fn what_was_found_is_taken_down_and_told() {
        let store = Store::new(MemoryEngine::new()).unwrap();
        for id in ["bao", "dai"] {
            store.commit(commit(id, 1, &[1, 2])).await.unwrap();
        }
        let found = store.find(|id, of| id.as_str() == "dai" && of == key(1)).await.unwrap();
        let gone = store.take_down(found.iter().map(|found| found.known.seq).collect()).await.unwrap();
        assert_eq!(
            (gone.taken_down, gone.touched),
            (vec![Seq(2), Seq(4)], vec![source("bao"), source("dai")])
        );
        let found = store.find(|_, of| of == link_key(1)).await.unwrap();
        assert!(
            found.iter().all(|found| found.known.presence == Presence::TakenDown && found.stored.is_none())
        );
        assert_eq!((found.len(), store.check().await.unwrap().faults), (2, 0));
        assert_eq!(
            store.groups(vec![Seq(4), Seq(1)]).await.unwrap().iter().map(Vec::len).collect::<Vec<_>>(),
            [0, 2]
        );
        store.close().await.unwrap();
    }
}
