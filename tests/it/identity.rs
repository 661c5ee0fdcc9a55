//! Publishers that change what identifies their entries, and what readers see of it: several documents one after the
//! other at one address, against the whole daemon. The table is in `rows`.
//!
//! Whatever a row is about, of each it is held that a guid that readers have seen stays in the source's feed, that its
//! date never changes, that no entry comes under a second guid, and that the merged feed shows the same.

mod article;
mod rows;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex},
};

use tintinh::{app::clock, model::Timestamp};

use crate::support::{
    daemon::{Daemon, feed},
    feed::{Item, items},
    origin::{Origin, Reply},
};
use article::{Article, document};

/// One publisher, and what readers see of it.
struct Row {
    /// Of the source; its site is `https://{id}.example/`.
    id: &'static str,
    /// What the publisher does, in a sentence.
    name: &'static str,
    /// What readers see, in a sentence.
    readers: &'static str,
    /// What the address answers in turn, and the titles in the source's feed after each.
    polls: Vec<(Answer, &'static [&'static str])>,
    /// How many guids readers have seen in the end.
    guids: usize,
}

/// What an address answers.
enum Answer {
    /// 200 with these items.
    Items(Vec<Article>),
    /// 304.
    NotModified,
    /// 200 with the former body, byte by byte.
    Again,
}

/// The daemon is restarted once, after so many polls of every source.
const POLLS_BEFORE_RESTART: usize = 2;

/// What a publisher answers at the moment, and when it last did.
struct Stage {
    reply: Reply,
    served: Option<Timestamp>,
}

/// A row being played.
struct Play {
    row: Row,
    stage: Arc<Mutex<Stage>>,
    body: String,
    seen: BTreeMap<String, Item>,
}

impl Play {
    fn new(row: Row, origin: &Origin) -> Self {
        let stage = Arc::new(Mutex::new(Stage { reply: Reply::status(503), served: None }));
        let shared = Arc::clone(&stage);
        origin.answer(&format!("/{}", row.id), move |_| {
            let mut stage = shared.lock().unwrap();
            stage.served = Some(clock::now());
            stage.reply.clone()
        });
        Self { row, stage, body: String::new(), seen: BTreeMap::new() }
    }

    /// Has the address answer by the row's entry for this poll.
    fn set(&mut self, poll: usize) {
        let Some((answer, _)) = self.row.polls.get(poll) else { return };
        let reply = match answer {
            Answer::Items(items) => {
                self.body = document(&format!("https://{}.example/", self.row.id), items);
                Reply::ok(&self.body)
            }
            Answer::Again => Reply::ok(&self.body),
            Answer::NotModified => Reply::status(304),
        };
        let reply = reply.header("ETag", format!("\"{poll}\""));
        *self.stage.lock().unwrap() = Stage { reply, served: None };
    }

    /// Waits until the answer that is set was polled and kept.
    async fn polled(&self, daemon: &Daemon) {
        let kept = |status: &serde_json::Value| {
            let served = self.stage.lock().unwrap().served;
            let last_poll = status["last_poll"].as_str().map(|at| at.parse::<Timestamp>().unwrap());
            let done = served.is_some_and(|served| last_poll.is_some_and(|polled| polled >= served));
            assert!(!done || status["state"] == "ok", "{}: {status}", self.row.name);
            done
        };
        daemon.until_status(self.row.id, kept).await;
    }

    /// Looks at the source's feed after this poll.
    async fn look(&mut self, daemon: &Daemon, poll: usize) {
        let Row { id, name, readers, polls, .. } = &self.row;
        let shown = items(&daemon.get(&format!("/sources/{id}.xml")).await.body);
        let titles: Vec<&str> = shown.iter().map(|item| item.title.as_str()).collect();
        let (_, wanted) = polls.get(poll).or(polls.last()).unwrap();
        assert_eq!(&titles, wanted, "{name}: {readers}; poll {}", poll + 1);
        let now: BTreeMap<String, Item> = shown.into_iter().map(|item| (item.guid.clone(), item)).collect();
        assert_eq!(now.len(), wanted.len(), "{name}: a guid is there twice");
        for (guid, before) in &self.seen {
            let Some(after) = now.get(guid) else { panic!("{name}: {} has lost its guid", before.title) };
            assert_eq!(after.date, before.date, "{name}: {} has another date", before.title);
        }
        self.seen = now;
    }
}

/// Waits until the merged feed shows of each source what its own does.
async fn merged(daemon: &Daemon, plays: &[Play]) {
    let wanted: BTreeMap<&String, &Item> = plays.iter().flat_map(|play| &play.seen).collect();
    let count: usize = plays.iter().map(|play| play.seen.len()).sum();
    assert_eq!(wanted.len(), count, "two sources have a guid in common");
    let as_wanted = |answer: &crate::support::daemon::Answer| {
        let shown = items(&answer.body);
        let guids: BTreeSet<&String> = shown.iter().map(|item| &item.guid).collect();
        assert_eq!(guids.len(), shown.len(), "the merged feed shows a guid twice");
        shown.len() == count && shown.iter().all(|item| wanted.get(&item.guid) == Some(&item))
    };
    daemon.until("/feed.xml", as_wanted).await;
}

#[tokio::test]
async fn whatever_publishers_do_to_their_ids_readers_see_each_entry_once() {
    let origin = Origin::start();
    let mut plays: Vec<Play> = rows::rows().into_iter().map(|row| Play::new(row, &origin)).collect();
    let mut tables = String::from("[channel]\nwindow = \"36500d\"\n");
    for play in &mut plays {
        play.set(0);
        tables += &feed(play.row.id, &origin.url(&format!("/{}", play.row.id)), "interval = \"1s\"");
    }
    let mut daemon = Daemon::start(&tables).await;
    let polls = plays.iter().map(|play| play.row.polls.len()).max().unwrap();
    for poll in 0..polls {
        for play in &mut plays {
            play.set(poll);
        }
        for play in plays.iter().filter(|play| poll < play.row.polls.len()) {
            play.polled(&daemon).await;
        }
        for play in &mut plays {
            play.look(&daemon, poll).await;
        }
        merged(&daemon, &plays).await;
        if poll + 1 == POLLS_BEFORE_RESTART {
            daemon = daemon.restart(&tables).await;
            for play in &mut plays {
                play.look(&daemon, poll).await;
            }
        }
    }
    for Play { row, seen, .. } in &plays {
        assert_eq!(seen.len(), row.guids, "{}: {}", row.name, row.readers);
    }
    assert!(plays.len() >= 25, "only {} publishers", plays.len());
}
