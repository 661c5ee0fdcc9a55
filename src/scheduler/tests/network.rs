//! Which silence is theirs, and which is ours.

use super::*;

/// Polls these sources, which are due every hour, and sooner where our own network is down; `reach` says how far a poll comes and how long it takes, by the
/// source's id and the seconds since the start. Who was polled when, and whether we seemed to be offline at the end.
async fn polled(
    ids: &[String],
    reach: impl Fn(&str, u64) -> (Reach, Duration) + Send + Sync + 'static,
    seconds: u64,
) -> (Vec<(String, u64)>, bool) {
    let sources = ids.iter().map(|id| source(id, &format!("http://{id}.vn/"), Duration::ZERO)).collect();
    let (sources, receiver) = watch::channel(Arc::new(sources));
    let start = Instant::now();
    let clock = move || Timestamp::UNIX_EPOCH + start.elapsed();
    let log: Arc<Mutex<Vec<(String, u64)>>> = Arc::default();
    let (told, reach) = (Arc::clone(&log), Arc::new(reach));
    let poll = move |source: Arc<Source>, visit: Visit, offline| {
        let began = start.elapsed().as_secs();
        told.lock().unwrap().push((source.id.to_string(), began));
        let (reach, takes) = reach(source.id.as_str(), began);
        async move {
            tokio::time::sleep(takes).await;
            drop(visit);
            let wait = if offline { 15 * SECOND } else { 3600 * SECOND };
            Ended { due: Some(due(&source, clock() + wait)), reach: Some(reach) }
        }
    };
    let (stop, stopped) = watch::channel(false);
    let pulse = Arc::new(Pulse::default());
    let first_due = |source: &Source| due(source, Timestamp::UNIX_EPOCH);
    let (hosts, shown) = (Arc::default(), Arc::clone(&pulse));
    let mut done = JoinSet::new();
    done.spawn(
        Scheduler { sources: receiver, wishes: Wishes::none(), poll, first_due, hosts, clock, pulse }
            .run(stopped),
    );
    tokio::time::sleep(Duration::from_secs(seconds)).await;
    let offline = shown.offline_since().is_some();
    stop.send(true).unwrap();
    done.join_next().await.unwrap().unwrap();
    drop(sources);
    let log = log.lock().unwrap();
    (log.clone(), offline)
}

#[tokio::test(start_paused = true)]
async fn hosts_that_never_answer_do_not_pass_for_our_own_outage_when_their_time_is_over() {
    let ids: Vec<String> =
        (0..20).map(|number| format!("{}-{number}", ["dead", "live"][number % 2])).collect();
    let reach = |id: &str, _| {
        if id.starts_with("dead") { (Reach::Silent, 30 * SECOND) } else { (Reach::Answered, SECOND) }
    };
    let (polls, offline) = polled(&ids, reach, 60).await;
    assert_eq!((polls.len(), offline), (20, false));
}

#[tokio::test(start_paused = true)]
async fn who_was_under_way_when_the_network_went_down_is_asked_within_a_minute_of_its_return() {
    let ids: Vec<String> = (0..40).map(|number| format!("source-{number}")).collect();
    // The network is back after five minutes.
    let reach =
        |_: &str, began| if began < 300 { (Reach::Silent, 30 * SECOND) } else { (Reach::Answered, SECOND) };
    let (polls, offline) = polled(&ids, reach, 360).await;
    let back: std::collections::HashSet<&String> =
        polls.iter().filter(|(_, began)| *began >= 300).map(|(id, _)| id).collect();
    assert_eq!((back.len(), offline), (40, false));
}
