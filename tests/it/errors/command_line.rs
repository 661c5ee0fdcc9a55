//! What the program says at a shell where no daemon runs.

use std::{fs, path::Path};

use super::{Told, settled};
use crate::support::process::tintinh;

/// What this says, on stderr, and by which exit code it ends.
pub(super) async fn ran(file: &Path, line: &str) -> String {
    let folder = file.parent().unwrap();
    let line = line.replace("DIR", folder.to_str().unwrap());
    let arguments = ["--config", file.to_str().unwrap()].into_iter().chain(line.split_whitespace());
    let output = tintinh(arguments).current_dir(folder).stdin(std::process::Stdio::null()).output().await;
    let output = output.unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    let words = settled(&stderr, folder);
    format!("[exit {}] {}", output.status.code().unwrap(), without_time(&words))
}

/// Without the moments of logs and of next polls.
fn without_time(words: &str) -> &str {
    let is_log = words.starts_with("20") && words.contains("Z ");
    let words = if is_log { words.split_once("Z ").unwrap().1.trim_start() } else { words };
    words.split_once("; next poll ").map_or(words, |(before, _)| before)
}

const EXPORT: &str = "{\"tintinh\":1}\n";
const PAGE: &str =
    "<!DOCTYPE html><html><head><title>Đăng nhập</title></head><body><p>Mật khẩu</p></body></html>";

/// Files that go wrong, in a folder of their own, and a `feeds.toml` whose ports nobody listens on.
fn desk() -> (tempfile::TempDir, std::path::PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("feeds.toml");
    let port = || std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let text = format!("[server]\nlisten = \"{}\"\n[admin]\nlisten = \"{}\"\n", port(), port());
    fs::write(&file, &text).unwrap();
    let write = |name: &str, contents: &[u8]| fs::write(folder.path().join(name), contents).unwrap();
    write("bad.toml", b"[server]\nlistn = 1\n[[feeds]\n");
    write("latin.toml", b"# B\xe1o\n");
    write("page.html", PAGE.as_bytes());
    write("empty.xml", b"");
    write("other.xml", b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>");
    write("cut.opml", b"<opml><body><outline");
    write("foreign.jsonl", b"{\"a\":1}\n");
    write("cut.jsonl", EXPORT.as_bytes());
    write("in-the-way", b"a file, no folder");
    write("no-store.toml", format!("{text}[store]\npath = \"in-the-way/data\"\n").as_bytes());
    write("elsewhere.toml", b"[server]\nlisten = \"192.0.2.1:80\"\n[admin]\nlisten = \"127.0.0.1:0\"\n");
    (folder, file)
}

const LINES: [&str; 40] = [
    "--bogus",
    "frobnicate",
    "check surplus",
    "poll",
    "preview",
    "why",
    "completions tcsh",
    "--log a=b=c",
    "--log-format yaml",
    "check --config DIR/missing.toml",
    "check --config DIR",
    "check --config DIR/latin.toml",
    "check --config DIR/bad.toml",
    "run --config DIR/no-store.toml",
    "run --config DIR/elsewhere.toml",
    "status",
    "status --config DIR/missing.toml",
    "reload",
    "poll bao-a",
    "export DIR/all.jsonl",
    "compact",
    "why https://bao.example/1.html",
    "forget https://bao.example/1.html",
    "import DIR/missing.jsonl",
    "import DIR/foreign.jsonl",
    "import DIR/cut.jsonl",
    "init DIR/feeds.toml",
    "init DIR/missing/feeds.toml",
    "opml import DIR/missing.opml",
    "opml import DIR/page.html",
    "opml import DIR/cut.opml",
    "opml export --config DIR/missing.toml",
    "preview DIR/missing.xml",
    "preview DIR/empty.xml",
    "preview DIR/other.xml",
    "preview DIR/page.html",
    "preview http://10.0.0.1/rss",
    "preview --timezone Asia/Hanoi DIR/empty.xml",
    "preview --allow here DIR/empty.xml",
    "preview --batch --format text",
];

#[tokio::test]
async fn errors_at_a_shell_say_what_to_do() {
    let (_folder, file) = desk();
    let mut told = Told::default();
    for line in LINES {
        let words = ran(&file, line).await;
        assert!(!words.starts_with("[exit 0]"), "{line}: {words}");
        told.add(format!("tintinh {line}"), words);
    }
    told.compare("command_line.txt");
}
