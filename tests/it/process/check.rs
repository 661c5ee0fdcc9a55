//! `tintinh check` on the keys that say how a server is asked.

use super::{Path, Process, path, ran, tintinh};

const FEED: &str = "[[feeds]]\nid = \"bao-a\"\ntitle = \"Báo A\"\nurl = \"https://a.vn/rss\"\n";

/// Every key of how a server is asked, each wrong in its own way, and what is told of it.
const BAD: [(&str, &str); 10] = [
    ("http = \"2\"", "`feeds.bao-a.http` is \"2\", which is no version to choose"),
    ("user_agent = \"hush\\nX: hush\"", "`feeds.bao-a.user_agent` holds a control character"),
    (
        "headers = { Host = \"b.vn\" }",
        "`feeds.bao-a.headers.Host` is a header that each request writes itself",
    ),
    ("proxy = \"socks4://u:hush@b.vn\"", "`feeds.bao-a.proxy` is neither http, https, socks5 nor socks5h"),
    ("ca_file = \"gone.pem\"", "`feeds.bao-a.ca_file` is \"gone.pem\", which is not there"),
    ("cookie_challenge = 1", "`feeds.bao-a.cookie_challenge` is a number, but must be true or false"),
    ("tls_verify = \"no\"", "`feeds.bao-a.tls_verify` is text, but must be true or false"),
    ("credentials_file = \"hush:hush\"", "`feeds.bao-a.credentials_file` names a file that is not there"),
    (
        "rewrite_host.\"b.vn\" = \"b.vn/x\"",
        "`feeds.bao-a.rewrite_host.b.vn` leads to what is a host with a path",
    ),
    ("rewrite_host.\"c.vn\" = \"C.vn\"", "`feeds.bao-a.rewrite_host.c.vn` leads to itself"),
];

fn written(folder: &Path, text: &str) -> String {
    let file = folder.join("feeds.toml");
    std::fs::write(&file, text).unwrap();
    path(&file).to_owned()
}

#[tokio::test]
async fn every_key_that_is_wrong_is_told_at_once_and_no_secret_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let lines = BAD.map(|(line, _)| line).join("\n");
    let file = written(folder.path(), &format!("{FEED}{lines}"));
    let ended = ran(["check", "--config", &file]).await;
    assert_eq!((ended.code, ended.stdout.len(), ended.stderr.len()), (Some(2), 0, 31), "{ended:#?}");
    for (number, (_, words)) in (5..).zip(BAD) {
        let (place, wanted) = (format!("feeds.toml:{number}:"), format!(": {words}"));
        let told = ended.stderr.iter().find(|line| line.contains(&place) && line.contains(&wanted));
        let remedy = told.and_then(|line| line.split_once(&wanted)?.1.split_once(": "));
        assert!(remedy.is_some_and(|(_, words)| !words.is_empty()), "{wanted} is not in {ended:#?}");
    }
    assert_eq!(ended.stderr[30], "10 problems; nothing was changed");
    assert!(!ended.stderr.concat().contains("hush"), "{ended:#?}");
}

#[tokio::test]
async fn a_source_whose_server_may_be_anybody_is_named_and_the_file_is_well() {
    let folder = tempfile::tempdir().unwrap();
    let file = written(folder.path(), &format!("{FEED}tls_verify = false\n"));
    let ended = ran(["check", "--config", &file]).await;
    assert_eq!((ended.code, ended.stderr.len()), (Some(0), 0), "{ended:#?}");
    let lax =
        "bao-a: any certificate is taken (tls_verify = false): whoever is on the way may read and change all";
    assert_eq!(ended.stdout, [format!("{file}: well, 1 feeds"), lax.to_owned()]);
}

#[tokio::test]
async fn a_host_that_no_feed_is_at_is_named_and_the_file_is_well() {
    let folder = tempfile::tempdir().unwrap();
    let hosts = "[hosts.\"A.vn.\"]\n[hosts.\"b.vn\"]\nhost_delay = \"5s\"\n[hosts.\"a.vn:80\"]\n";
    let file = written(folder.path(), &format!("{FEED}{hosts}"));
    let ended = ran(["check", "--config", &file]).await;
    assert_eq!((ended.code, ended.stderr.len()), (Some(0), 0), "{ended:#?}");
    let without = ["a.vn:80", "b.vn"]
        .map(|host| format!("[hosts.\"{host}\"]: no feed is at this host, so its keys change nothing"));
    assert_eq!(ended.stdout[0], format!("{file}: well, 1 feeds"));
    assert_eq!(ended.stdout[1..], without);
}

#[tokio::test]
async fn credentials_come_from_the_folder_that_the_service_manager_names() {
    let (folder, given) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let file = written(folder.path(), &format!("{FEED}credentials_file = \"bao-a\"\n"));
    std::fs::write(given.path().join("bao-a"), "user:hush\n").unwrap();
    assert_eq!(ran(["check", "--config", &file]).await.code, Some(2));
    let mut served = tintinh(["check", "--config", &file]);
    served.env("CREDENTIALS_DIRECTORY", given.path());
    let ended = Process::spawn(&mut served).ended().await;
    assert_eq!((ended.code, ended.stderr.len(), ended.stdout.len()), (Some(0), 0, 1), "{ended:#?}");
}

#[tokio::test]
async fn channels_are_counted_and_every_mistake_in_them_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let channel = "[[channels]]\nslug = \"bao-lu\"\ntitle = \"Bão lũ\"\nany = [\"bão\"]\n";
    let file = written(folder.path(), &format!("{FEED}{channel}"));
    let ended = ran(["check", "--config", &file]).await;
    assert_eq!(
        (ended.code, ended.stdout),
        (Some(0), vec![format!("{file}: well, 1 feeds, 1 channel of your own")])
    );
    let file = written(folder.path(), &format!("{FEED}drop.links = [\"a(b\"]\n{channel}none = [\"BÃO\"]\n"));
    let ended = ran(["check", "--config", &file]).await;
    let told: Vec<&str> =
        ended.stderr.iter().filter_map(|line| line.split_once("feeds.toml:")).map(|it| it.1).collect();
    assert_eq!((ended.code, told.len()), (Some(2), 2), "{ended:#?}");
    assert!(
        told[0].starts_with(
            "5:15: `feeds.bao-a.drop.links[0]` is \"a(b\", which is no pattern at its character 2"
        )
    );
    assert!(
        told[1].starts_with("9:7: `channels.bao-lu.any` asks for \"bão\", and `none` bars \"BÃO\""),
        "{told:?}"
    );
}
