//! What the program says at a shell while a daemon runs, and where something else holds the store.

use std::fs;

use tintinh::store::SledEngine;

use super::{Told, command_line::ran};
use crate::support::{
    daemon::feed,
    origin::{Origin, Reply},
    process::{Process, written},
};

const FEEDS: &str =
    "[[feeds]]\nid = \"bao-a\"\ntitle = \"Báo A\"\nurl = \"http://127.0.0.1:9/a\"\nenabled = false\n";

#[tokio::test]
async fn errors_of_a_running_daemon_say_what_to_do() {
    let mut told = Told::default();
    let origin = Origin::start();
    origin.on("/page", [Reply::ok("<!DOCTYPE html><title>Đăng nhập</title>")]);
    let slow = "interval = \"24h\"";
    let sick = feed("page", &origin.url("/page"), slow) + &feed("gone", &origin.url("/gone"), slow);
    let (folder, file) = written(&format!("{FEEDS}{sick}"));
    let other = folder.path().join("other.toml");
    fs::copy(&file, &other).unwrap();
    let export = folder.path().join("all.jsonl");
    let daemon = Process::run(&file);
    let _ = daemon.addresses().await;
    assert!(ran(&file, "export DIR/all.jsonl").await.starts_with("[exit 0]"));
    assert!(export.exists());
    for line in [
        "run",
        "import DIR/all.jsonl",
        "poll bao-a",
        "poll bao-b",
        "poll page",
        "poll gone",
        "reload --config DIR/other.toml",
        "why https://bao.example/1.html",
        "forget https://bao.example/1.html",
        "export DIR/missing/all.jsonl",
    ] {
        told.add(format!("tintinh {line}"), ran(&file, line).await);
    }
    fs::write(&file, "[server]\nlistn = 1\n").unwrap();
    told.add("tintinh reload", ran(&file, "reload").await);
    drop(daemon);

    let (folder, file) = written(FEEDS);
    let holder = SledEngine::open(&folder.path().join("data")).unwrap();
    told.add("tintinh compact, while another program has the store", ran(&file, "compact").await);
    told.add("tintinh status, while another program has the store", ran(&file, "status").await);
    drop(holder);
    told.compare("running.txt");
}
