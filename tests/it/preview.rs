//! `tintinh preview`, by its contract: one document in, one JSON Feed out, and nothing ends a batch.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Output,
};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::{
    feed::rss,
    origin::{Origin, Reply},
    preview::{Batch, only_line, preview},
};

const JSON: [&str; 2] = ["--format", "json"];

struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.path().join(name);
        fs::write(&path, bytes).unwrap();
        path
    }
}

fn request(path: &Path) -> Vec<u8> {
    json!({"file": path, "content_type": null, "url": null}).to_string().into_bytes()
}

fn document() -> String {
    rss(&[("a1", "Một", "Mon, 12 Jan 2026 05:57:00 +0700")])
}

fn assert_refused(output: &Output, code: i32) -> String {
    assert_eq!(output.status.code(), Some(code), "{output:?}");
    let answer = only_line(output);
    assert_eq!(answer.as_object().unwrap().len(), 1, "{answer}");
    answer["error"].as_str().unwrap().to_owned()
}

#[test]
fn a_document_becomes_one_json_feed() {
    let folder = Folder::new();
    let path = folder.write("a.xml", document());
    let output = preview(&[&JSON[..], &[path.to_str().unwrap()]].concat(), b"");
    assert_eq!((output.status.code(), output.stderr.len()), (Some(0), 0));
    let mut found = only_line(&output);
    let key = found["items"][0]["_tintinh"]["key"].take();
    assert_eq!(key.as_str().unwrap().len(), 32);
    assert_eq!(
        found,
        json!({
            "version": "https://jsonfeed.org/version/1.1",
            "title": "Báo thử",
            "home_page_url": "https://bao.example/",
            "description": "Tin thử",
            "items": [{
                "id": "a1",
                "url": "https://bao.example/a1.html",
                "title": "Một",
                "content_html": "Về Một",
                "date_published": "2026-01-11T22:57:00Z",
                "_tintinh": {"key": null, "rule": "guid"},
            }],
            "_tintinh": {"format": "RSS 2.0", "repairs": [], "warnings": []},
        })
    );
}

#[test]
fn stdin_is_a_document_too_and_options_say_where_it_is_from() {
    let bytes =
        b"<rss version='2.0'><channel><title>B\xe1o</title><item><title>M\xf4t</title><link>/1.html</link>\
        <pubDate>2026-01-12 05:57</pubDate></item></channel></rss>";
    let options = ["--content-type", "text/xml; charset=windows-1252", "--url", "https://a.vn/rss/"];
    let output = preview(&[&JSON[..], &options, &["--timezone", "UTC", "-"]].concat(), bytes);
    let feed = only_line(&output);
    assert_eq!((&feed["title"], &feed["feed_url"]), (&json!("Báo"), &json!("https://a.vn/rss/")));
    let item = &feed["items"][0];
    assert_eq!((&item["title"], &item["url"]), (&json!("Môt"), &json!("https://a.vn/1.html")));
    assert_eq!(item["date_published"], "2026-01-12T05:57:00Z");
    assert!(item["id"].as_str().unwrap().starts_with("urn:tintinh:"), "{item}");
}

#[test]
fn items_stay_in_document_order_and_none_is_merged_dropped_or_changed() {
    let document = "<rss version='2.0'><channel><title>Báo</title>\
        <item><guid>g</guid><link>https://a.vn/1</link><title>Hai</title><pubDate>Fri, 01 Jan 2100 00:00:00 GMT</pubDate></item><item/>\
        <item><guid>g</guid><link>https://a.vn/1</link><title>Một</title></item><item><link>https://a.vn/3</link></item></channel></rss>";
    let feed = only_line(&preview(&[&JSON[..], &["-"]].concat(), document.as_bytes()));
    let items = feed["items"].as_array().unwrap();
    assert_eq!(items.len(), 4);
    assert_eq!(items[0]["date_published"], "2100-01-01T00:00:00Z");
    assert_eq!(items[1], json!({}));
    assert_eq!(items[2].get("date_published"), None);
    assert_eq!(items[2]["_tintinh"]["repeat_of"], 0);
    assert_eq!(items[3].get("title"), None);
}

#[test]
fn a_refusal_is_one_object_or_one_line_and_exit_2() {
    let folder = Folder::new();
    let large = folder.write("large.xml", vec![b' '; (10 << 20) + 1]);
    let missing = folder.0.path().join("missing.xml");
    let own = folder.0.path();
    for (path, wanted) in [
        (large.as_path(), "more than 10485760 bytes"),
        (&missing, "cannot be read"),
        (own, "cannot be read"),
        (
            &folder.write("page.html", "<!doctype html><title>Trang chủ</title>"),
            "web page titled “Trang chủ”, not a feed",
        ),
        (&folder.write("empty", ""), "empty"),
        (&folder.write("text", "\u{1b}[2Jhai\nba"), "neither XML nor JSON"),
    ] {
        let path = path.to_str().unwrap();
        let reason = assert_refused(&preview(&[&JSON[..], &[path]].concat(), b""), 2);
        assert!(reason.contains(wanted), "{reason}");
        let output = preview(&[path], b"");
        assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0));
        let told = String::from_utf8(output.stderr).unwrap();
        assert!(told.ends_with('\n') && told.lines().count() == 1 && told.contains(wanted), "{told}");
        assert!(!told.contains('\u{1b}'));
    }
}

#[test]
fn arguments_that_contradict_each_other_are_refused() {
    for arguments in [
        &[][..],
        &["--batch", "a.xml"],
        &["--batch", "--format", "text"],
        &["--batch", "--url", "https://a.vn/"],
        &["--timezone", "Hanoi", "-"],
        &["--url", "a.vn", "-"],
        &["--allow", "here", "-"],
        &["--format", "xml", "-"],
    ] {
        let output = preview(arguments, b"");
        assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0), "{arguments:?}: {output:?}");
    }
}

#[test]
fn each_line_of_a_batch_is_answered_before_the_next_is_sent() {
    let folder = Folder::new();
    let good = folder.write("good.xml", document());
    let mut batch = Batch::start(&[]);
    // A name over which feed-rs panics, and a depth that no stack bears.
    let name = "<author>Nguyễn Văn A（a@b.vn）</author>";
    let panics = folder.write("panics.xml", document().replace("<guid", &format!("{name}<guid")));
    let deep = folder.write("deep.xml", format!("<rss version='2.0'><channel>{}", "<a>".repeat(1 << 20)));
    let large = folder.write("large.xml", vec![b'<'; 11 << 20]);
    let long = [b"{\"file\":\"".as_slice(), &vec![b'x'; 1 << 20], b"\"}"].concat();
    let bad: [&[u8]; 14] = [
        b"",
        b"nonsense",
        b"null",
        b"[]",
        b"{}",
        b"{\"file\": 1}",
        b"{\"file\": \"\"}",
        b"{\"file\": null, \"url\": null}",
        b"{\"file\": \"/dev/null\", \"timezone\": \"Hanoi\"}",
        b"\xff\xfe",
        &long,
        &request(&folder.0.path().join("missing.xml")),
        &request(folder.0.path()),
        &request(&large),
    ];
    for line in bad {
        let shown = String::from_utf8_lossy(&line[..line.len().min(80)]).into_owned();
        let answer = batch.ask(line);
        assert!(answer["error"].is_string() && answer.as_object().unwrap().len() == 1, "{shown}: {answer}");
        assert_eq!(batch.ask(&request(&good))["items"][0]["id"], "a1", "after {shown}");
    }
    for path in [panics, deep] {
        batch.ask(&request(&path));
        assert_eq!(batch.ask(&request(&good))["items"][0]["id"], "a1");
    }
    assert_eq!(batch.end(), (String::new(), Some(0)));
}

#[test]
fn a_batch_takes_each_documents_own_circumstances() {
    let folder = Folder::new();
    let bytes = b"<rss version='2.0'><channel><title>B\xe1o</title><item><title>x</title><link>/1</link>\
        <pubDate>2026-01-12 05:57</pubDate></item></channel></rss>";
    let path = folder.write("a.xml", bytes);
    let mut batch = Batch::start(&["--timezone", "UTC"]);
    let mut ask = |request: Value| batch.ask(request.to_string().as_bytes());
    let feed = ask(
        json!({"file": path, "content_type": "text/xml; charset=iso-8859-1", "url": "https://a.vn/rss", "more": []}),
    );
    assert_eq!((&feed["title"], &feed["items"][0]["url"]), (&json!("Báo"), &json!("https://a.vn/1")));
    assert_eq!(feed["items"][0]["date_published"], "2026-01-12T05:57:00Z");
    let feed = ask(json!({"file": path, "timezone": "Asia/Tokyo"}));
    assert_eq!(feed["items"][0]["date_published"], "2026-01-11T20:57:00Z");
    // Nothing is made absolute by an address that is none.
    let feed = ask(json!({"file": path, "url": "file:///tmp/a.xml"}));
    assert_eq!((feed.get("feed_url"), feed["items"][0].get("url")), (None, None));
    assert_eq!(batch.end(), (String::new(), Some(0)));
}

#[test]
fn an_address_is_fetched_and_only_where_that_is_allowed() {
    let origin = Origin::start();
    let bytes = b"<rss version='2.0'><channel><title>B\xe1o</title><item><title>x</title><link>1.html</link></item></channel></rss>";
    origin.on("/", [Reply::redirect(302, "/rss/")]);
    origin.on("/rss/", [Reply::ok(bytes).header("Content-Type", "text/xml; charset=windows-1252")]);
    let url = origin.url("/");
    let allow = ["--allow", "127.0.0.0/8", url.as_str()];
    let feed = only_line(&preview(&[&JSON[..], &allow].concat(), b""));
    assert_eq!((&feed["title"], &feed["feed_url"]), (&json!("Báo"), &json!(origin.url("/rss/"))));
    assert_eq!(feed["items"][0]["url"], json!(origin.url("/rss/1.html")));
    let asked = origin.requests();
    assert_eq!(asked.iter().map(|request| request.path.as_str()).collect::<Vec<_>>(), ["/", "/rss/"]);
    assert!(asked.iter().all(|request| request.header("if-none-match").is_none()));

    let reason = assert_refused(&preview(&[&JSON[..], &[url.as_str()]].concat(), b""), 2);
    assert!(reason.contains("loopback"), "{reason}");
    let gone = origin.url("/gone");
    let reason = assert_refused(&preview(&[&JSON[..], &allow[..2], &[gone.as_str()]].concat(), b""), 2);
    assert!(reason.contains("404"), "{reason}");
}

#[test]
fn people_see_a_table() {
    let output = preview(&["-"], document().as_bytes());
    assert_eq!(output.status.code(), Some(0));
    let page = String::from_utf8(output.stdout).unwrap();
    for part in
        ["Báo thử\n", "RSS 2.0, 1 entry\n", "   1  2026-01-12 05:57  Một\n", "https://bao.example/a1.html\n"]
    {
        assert!(page.contains(part), "{page}");
    }
    assert!(!page.contains('\u{1b}'), "colours are for terminals");
}

#[test]
fn who_closes_stdout_ends_it_quietly() {
    use std::process::{Command, Stdio};
    let folder = Folder::new();
    let requests = [request(&folder.write("a.xml", document())), b"\n".to_vec()].concat().repeat(2000);
    let requests = folder.write("requests", requests);
    let mut child = Command::new(env!("CARGO_BIN_EXE_tintinh"))
        .args(["preview", "--batch"])
        .stdin(fs::File::open(requests).unwrap())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), output.stderr.len()), (Some(0), 0), "{output:?}");
}
