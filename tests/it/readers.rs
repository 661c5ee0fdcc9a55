//! Feed readers that people use, on what a running daemon serves: each gives back the titles, addresses, dates, ids, names
//! and texts that went in. Left out, aloud, where one is not installed.

mod programs;

use std::collections::BTreeMap;

use tintinh::{
    model::{EntryKey, Rule, SourceId},
    publish::public_guid,
};

use self::programs::{Entry, feed_rs, feedparser, newsboat, sfeed};
use crate::support::{
    conformance::breaches,
    daemon::{Daemon, feed},
    origin::{Origin, Reply},
};

const WIDE: &str = "[channel]\nwindow = \"36500d\"\n";

/// A publisher's document with what readers stumble over. `lead` is that of the entry which changes.
fn tricky(lead: &str) -> String {
    format!(
        "<?xml version='1.0' encoding='utf-8'?><rss version='2.0' xmlns:dc='http://purl.org/dc/elements/1.1/'
         xmlns:content='http://purl.org/rss/1.0/modules/content/' xmlns:itunes='http://www.itunes.com/dtds/podcast-1.0.dtd'>
         <channel><title>Báo a</title><link>https://bao.example/</link><description>Tin</description>
         <copyright>© 2012 Báo &lt;b&gt;a&lt;/b&gt; &amp;amp; bạn</copyright>
         <item><title>Lũ &amp;amp; bão: R&amp;amp;D, 3 &amp;lt; 5 &lt;b&gt;khẩn&lt;/b&gt;</title><link>https://bao.example/1.html?a=1&amp;b=[2]|</link>
         <guid isPermaLink='false'>1</guid><pubDate>Tue, 17 Jan 2012 05:57:00 +0700</pubDate><author>a@bao.example (Nguyễn Văn Á)</author>
         <category>Thời sự &amp; đời sống</category><category>Bão</category>
         <description>&lt;p&gt;Nước &lt;b&gt;dâng&lt;/b&gt; &amp;amp; chảy.&lt;/p&gt;</description><dc:rights>© Ảnh: TTXVN</dc:rights></item>
         <item><link>https://bao.example/2.html</link><guid isPermaLink='false'>2</guid><pubDate>Mon, 16 Jan 2012 23:30:00 +0000</pubDate>
         <description>Tin không có tên mà có chữ.</description><content:encoded><![CDATA[<p>Toàn văn <i>ở đây</i>.</p>]]></content:encoded></item>
         <item><title>Bản tin thời sự</title><guid isPermaLink='false'>3</guid><pubDate>Sun, 15 Jan 2012 18:00:00 +0700</pubDate>
         <description>Nghe tin.</description><enclosure url='https://bao.example/nghe.mp3?x=1&amp;y=2' length='1234' type='audio/mpeg'/><itunes:duration>1:01</itunes:duration></item>
         <item><title>Tin được sửa</title><link>https://bao.example/4.html</link><guid isPermaLink='false'>4</guid>
         <pubDate>Sat, 14 Jan 2012 08:00:00 +0700</pubDate><description>{lead}</description></item>
         <item><title>Không ngày</title><link>https://bao.example/5.html</link><guid isPermaLink='false'>5</guid></item>
         </channel></rss>"
    )
}

/// Another publisher's document: an article that the first has too, and one of its own.
const OTHER: &str = "<feed xmlns='http://www.w3.org/2005/Atom'><title>Báo b</title><id>https://b.example/</id><updated>2012-01-17T00:00:00Z</updated>
    <author><name>Ban biên tập</name><uri>https://b.example/ban-bien-tap</uri></author>
    <entry><id>urn:x:9</id><title>Một bài của hai báo</title><link href='http://bao.example/4.html?utm_source=b'/>
    <category term='b' label='Kinh tế'/><updated>2012-01-14T09:00:00Z</updated><summary>Sửa.</summary></entry>
    <entry><id>urn:x:8</id><title type='html'>&amp;lt;Chỉ thị 03&amp;gt; &amp;amp; “nghị quyết”</title><link href='https://b.example/8'/>
    <published>2012-01-13T08:00:00+07:00</published><updated>2012-01-13T10:00:00+07:00</updated><content type='html'>&lt;p&gt;Văn bản.&lt;/p&gt;</content></entry></feed>";

fn id(source: &str, guid: &str) -> String {
    public_guid(&SourceId::new(source).unwrap(), EntryKey::new(Rule::Guid, guid))
}

/// What readers shall give back of the merged feed, in its order. The entry without a date has the one at which it came.
fn wanted(came: i64) -> Vec<Entry> {
    let entry = |title: &str, link: &str, id: String, date: i64, author: &str| Entry {
        title: title.to_owned(),
        link: link.to_owned(),
        id,
        date,
        author: author.to_owned(),
        rights: "© 2012 Báo a & bạn".to_owned(),
        ..Entry::default()
    };
    let text = |text: &str| text.to_owned();
    vec![
        entry("Không ngày", "https://bao.example/5.html", id("a", "5"), came, "Báo a"),
        Entry {
            content: text("<p>Toàn văn <i>ở đây</i>.</p>"),
            ..entry(
                "Tin không có tên mà có chữ.",
                "https://bao.example/2.html",
                id("a", "2"),
                1_326_756_600,
                "Báo a",
            )
        },
        Entry {
            content: text("<p>Nước <b>dâng</b> &amp; chảy.</p>"),
            categories: vec![text("Thời sự & đời sống"), text("Bão")],
            rights: text("© Ảnh: TTXVN"),
            ..entry(
                "Lũ & bão: R&D, 3 < 5 khẩn",
                "https://bao.example/1.html?a=1&b=%5B2%5D%7C",
                id("a", "1"),
                1_326_754_620,
                "Nguyễn Văn Á",
            )
        },
        Entry {
            content: text("Nghe tin."),
            file: text("https://bao.example/nghe.mp3?x=1&y=2"),
            ..entry("Bản tin thời sự", "", id("a", "3"), 1_326_625_200, "Báo a")
        },
        Entry {
            content: text("Đã sửa."),
            categories: vec![text("Kinh tế")],
            ..entry("Tin được sửa", "https://bao.example/4.html", id("a", "4"), 1_326_502_800, "Báo a")
        },
        Entry {
            content: text("<p>Văn bản.</p>"),
            rights: String::new(),
            ..entry(
                // What could be taken for a tag is none, whatever a reader makes of titles.
                "‹Chỉ thị 03> & “nghị quyết”",
                "https://b.example/8",
                id("b", "urn:x:8"),
                1_326_416_400,
                "Ban biên tập",
            )
        },
    ]
}

/// A daemon that serves both, the entry that changes changed.
async fn served(origin: &Origin) -> Daemon {
    origin.on("/a", [Reply::ok(tricky("Chưa sửa.")), Reply::ok(tricky("Đã sửa."))]);
    origin.on("/b", [Reply::ok(OTHER)]);
    let often = "interval = \"1s\"\nprovince = \"hue\"";
    let first = WIDE.to_owned() + &feed("a", &origin.url("/a"), often);
    let daemon = Daemon::start(&first).await;
    daemon.until("/feed.xml", |answer| answer.text().contains("Đã sửa.")).await;
    daemon.reload(&(first + &feed("b", &origin.url("/b"), "interval = \"1h\"")));
    daemon.until("/feed.xml", |answer| answer.text().contains("Kinh tế")).await;
    daemon
}

#[tokio::test]
async fn readers_give_back_what_went_in_from_every_format() {
    let origin = Origin::start();
    let daemon = served(&origin).await;
    let mut documents = BTreeMap::new();
    for extension in ["xml", "atom", "json"] {
        let path = format!("/feed.{extension}");
        let document = daemon.get(&path).await.body;
        assert_eq!(breaches(&format!("https://tin.example/x{path}"), &document), Vec::<String>::new());
        documents.insert(extension, document);
    }
    let json: serde_json::Value = serde_json::from_slice(&documents["json"]).unwrap();
    let came = json["items"][0]["date_published"].as_str().unwrap();
    let wanted = wanted(chrono::DateTime::parse_from_rfc3339(came).unwrap().timestamp());
    // No more is asked of a reader than it has room for.
    let less = |lessen: fn(Entry) -> Entry| wanted.iter().cloned().map(lessen).collect::<Vec<_>>();
    let rightless = less(|entry| Entry { rights: String::new(), ..entry });
    let bare = less(|entry| Entry { rights: String::new(), categories: vec![], ..entry });
    for (extension, document) in &documents {
        assert_read(&feed_rs(document), &rightless, &format!("feed-rs, .{extension}"));
    }
    for extension in ["xml", "atom"] {
        let (document, name) = (&documents[extension], |reader| format!("{reader}, .{extension}"));
        if let Some(read) = feedparser(document) {
            assert_read(&read, &wanted, &name("feedparser"));
        }
        if let Some(read) = sfeed(document) {
            // It does not see what is inside of what: an entry without a page has its publisher's, from atom:source.
            let site = if extension == "atom" { origin.url("/").to_string() } else { String::new() };
            let known = rightless.iter().cloned().map(|entry| match entry.link.as_str() {
                "" => Entry { link: site.clone(), ..entry },
                _ => entry,
            });
            assert_read(&read, &known.collect::<Vec<_>>(), &name("sfeed"));
        }
        let address = format!("http://{}/feed.{extension}", daemon.readers);
        if let Some(read) = newsboat(&address).await {
            assert_read(&read, &bare, &name("newsboat"));
        }
    }
}

fn assert_read(read: &[Entry], wanted: &[Entry], reader: &str) {
    let pairs = read.iter().zip(wanted);
    let other: Vec<_> = pairs.filter(|(read, wanted)| read != wanted).collect();
    assert!(other.is_empty() && read.len() == wanted.len(), "{reader}: {} entries, {other:#?}", read.len());
}

#[tokio::test]
async fn every_document_of_a_daemon_keeps_to_its_specification() {
    let origin = Origin::start();
    let daemon = served(&origin).await;
    let channels = [
        "feed",
        "provinces/hue",
        "provinces/ca-mau",
        "sources/a",
        "sources/b",
        "archive/0",
        "sources/a/archive/0",
    ];
    let formats = ["xml", "atom", "json"];
    let mut paths: Vec<String> =
        channels.iter().flat_map(|channel| formats.map(|format| format!("/{channel}.{format}"))).collect();
    paths.push("/opml.xml".to_owned());
    for path in paths {
        let answer = daemon.get(&path).await;
        assert_eq!(answer.status, 200, "{path}");
        let told = breaches(&format!("https://tin.example/x{path}"), &answer.body);
        assert_eq!(told, Vec::<String>::new(), "{path}: {}", answer.text());
    }
}

/// The ids of an Atom document: the feed's, then those of its entries.
async fn ids(daemon: &Daemon, path: &str) -> Vec<String> {
    let document = daemon.until(path, |answer| answer.text().contains("<entry>")).await;
    let tree = roxmltree::Document::parse(document.text()).unwrap();
    let holders = tree.descendants().filter(|it| ["feed", "entry"].contains(&it.tag_name().name()));
    let id = holders.map(|it| it.children().find(|it| it.tag_name().name() == "id").unwrap().text().unwrap());
    id.map(str::to_owned).collect()
}

#[tokio::test]
async fn an_atom_feed_s_id_is_each_installation_s_own_and_stays_and_no_entry_s_is() {
    let origin = Origin::start();
    origin.on("/b", [Reply::ok(OTHER)]);
    let tables = WIDE.to_owned() + &feed("b", &origin.url("/b"), "interval = \"1h\"\nprovince = \"hue\"");
    let (one, other) = (Daemon::start(&tables).await, Daemon::start(&tables).await);
    let paths = ["/feed.atom", "/provinces/hue.atom", "/sources/b.atom", "/archive/0.atom"];
    let mut kept = Vec::new();
    for path in paths {
        let (here, there) = (ids(&one, path).await, ids(&other, path).await);
        assert_ne!(here[0], there[0], "{path}");
        assert_eq!((here.len(), &here[1..]), (3, &there[1..]), "{path}");
        kept.push(here);
    }
    // A page of the archive is of the same feed, logically (RFC 5005 §4); the others are feeds of their own.
    assert_eq!(kept[0][0], kept[3][0]);
    assert!(kept[0][0] != kept[1][0] && kept[1][0] != kept[2][0] && kept[0][0] != kept[2][0]);
    let again = one.restart(&tables).await;
    for (path, kept) in paths.into_iter().zip(kept) {
        assert_eq!(ids(&again, path).await, kept, "{path}");
    }
}
