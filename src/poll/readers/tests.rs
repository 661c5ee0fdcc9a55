use std::sync::mpsc;

use super::*;

fn id(text: &str) -> SourceId {
    SourceId::new(text).unwrap()
}

fn nothing() -> Read {
    Read {
        entries: vec![],
        ttl: None,
        skip: Skip::default(),
        rhythm: None,
        repairs: vec![],
        warnings: vec![],
        rights: None,
        matched: None,
        next: None,
    }
}

/// A reading that goes on until the sender is dropped.
fn endless() -> (mpsc::Sender<()>, impl FnOnce() -> Result<Read, ParseError> + Send) {
    let (end, ended) = mpsc::channel::<()>();
    (end, move || {
        let _ = ended.recv();
        Ok(nothing())
    })
}

#[tokio::test]
async fn a_document_that_takes_endlessly_long_keeps_no_others_waiting() {
    let readers = Readers::new();
    tokio::time::pause();
    let mut ends = Vec::new();
    for source in ["a", "b", "c"] {
        let (end, work) = endless();
        ends.push(end);
        assert!(matches!(readers.run(&id(source), work).await, Err(ReadError::Overran)), "{source}");
    }
    tokio::time::resume();
    assert!(readers.run(&id("d"), || Ok(nothing())).await.is_ok());
    assert!(matches!(readers.run(&id("a"), || Ok(nothing())).await, Err(ReadError::Straying)));
}

#[tokio::test]
async fn a_thread_reads_on_until_a_document_kills_it() {
    let readers = Readers::new();
    let (sender, threads) = mpsc::channel();
    for is_deadly in [false, false, true, false] {
        let sender = sender.clone();
        let work = move || {
            sender.send(std::thread::current().id()).unwrap();
            assert!(!is_deadly);
            Ok(nothing())
        };
        let read = readers.run(&id("a"), work).await;
        assert_eq!(matches!(read, Err(ReadError::Died)), is_deadly);
    }
    let ids: Vec<_> = threads.try_iter().collect();
    assert!(ids[0] == ids[1] && ids[1] == ids[2] && ids[2] != ids[3]);
}

#[tokio::test]
async fn with_too_many_strays_nothing_is_read_until_one_ends() {
    let readers = Readers::new();
    tokio::time::pause();
    let mut ends = Vec::new();
    for source in ["a", "b", "c", "d"] {
        let (end, work) = endless();
        ends.push(end);
        assert!(matches!(readers.run(&id(source), work).await, Err(ReadError::Overran)), "{source}");
    }
    tokio::time::resume();
    assert!(matches!(readers.run(&id("e"), || Ok(nothing())).await, Err(ReadError::Choked)));
    ends.pop();
    while matches!(readers.run(&id("e"), || Ok(nothing())).await, Err(ReadError::Choked)) {
        tokio::task::yield_now().await;
    }
    assert!(readers.run(&id("d"), || Ok(nothing())).await.is_ok());
}
