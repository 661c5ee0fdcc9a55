//! Sources that mean no good, those that hold secrets, and very many of them.

use super::*;

#[test]
fn whatever_others_wrote_stands_there_as_text() {
    let hostile = "</bdi></table><script>alert(\"1\")</script>\u{202e}'\"&amp;\u{7}\r\n";
    let mut state = polled(State::Unreadable, hostile);
    (state.repairs, state.warnings) = (vec![hostile.to_owned()], vec![hostile.to_owned(); 1_000]);
    let mut long = polled(State::Refused, &"ệ".repeat(5_000));
    long.failures = u32::MAX;
    let tables = [feed("a", &hostile[..hostile.len() - 3], ""), feed("b", "B", "")].concat();
    let site = site(&tables, &[("a", state), ("b", long)], |_| {});
    let html = english(&site, "q=%22%3E%3Cscript%3E&state=%22%3E%3Cscript%3E") + &english(&site, "");
    assert!(!html.contains("<script") && !html.contains('\u{7}'), "{html}");
    assert_holds(
        &html,
        &[
            "value=\"&quot;&gt;&lt;script&gt;\"",
            "<bdi>&lt;/bdi&gt;&lt;/table&gt;&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;\u{202e}'&quot;&amp;amp;</bdi>",
            // The longest reason: a glance of it, and all that is kept.
            &format!(
                "<summary><bdi>{}…</bdi></summary><p><bdi>{}…</bdi></p>",
                "ệ".repeat(139),
                "ệ".repeat(499)
            ),
            "4,294,967,295 failed polls",
        ],
    );
    // Nothing opens in one element and closes in another, whatever stands in it.
    let xml = html[html.rfind("<h2>").unwrap()..html.rfind("</main>").unwrap()].replace('…', "");
    assert_eq!(html.matches("<bdi>").count(), html.matches("</bdi>").count());
    roxmltree::Document::parse(&format!("<x>{xml}</x>")).unwrap();
    assert!(html.len() < 100_000, "{}", html.len());
}

#[test]
fn no_credential_shows() {
    let reason = "proxy socks5://ten:matkhau@10.0.0.1:1080 refused https://ten:matkhau@bao.example/";
    let site = site(&feed("a", "A", ""), &[("a", polled(State::Unreachable, reason))], |config| {
        let source = Arc::make_mut(&mut config.sources[0]);
        source.url = "https://ten:matkhau@bao.example/rss".parse().unwrap();
        source.access.proxy = Some("socks5://ten:matkhau@10.0.0.1:1080".parse().unwrap());
        source.access.authorization = Some(crate::model::Secret::new("Basic matkhau"));
        source.access.headers = [("X-Key".to_owned(), crate::model::Secret::new("matkhau"))].into();
    });
    let json = serde_json::to_string(&json::json(&Survey::of(&site)).0).unwrap();
    for shown in [english(&site, ""), vietnamese(&site, "q=a"), json] {
        assert!(!shown.contains("matkhau") && !shown.contains("ten:"), "{shown}");
        assert_holds(&shown, &["https://bao.example/rss", "socks5://10.0.0.1:1080"]);
    }
}

#[test]
fn a_nation_of_sources_makes_pages_of_some_hundreds() {
    let mut states = Vec::new();
    let ids: Vec<String> = (0..40_000).map(|number| format!("s{number:05}")).collect();
    for (number, id) in ids.iter().enumerate() {
        let state = if number < 1_000 { State::Unreachable } else { State::Ok };
        states.push((id.as_str(), polled(state, "timed out")));
    }
    let site = site("", &states, |config| {
        let one = crate::config::parse(&feed("a", "A", ""), &Surroundings::default()).unwrap();
        config.sources = ids
            .iter()
            .map(|id| {
                let mut source = (*one.sources[0]).clone();
                (source.id, source.title) = (SourceId::new(id).unwrap(), format!("Xã {id}"));
                Arc::new(source)
            })
            .collect();
    });
    let first = english(&site, "");
    let shown = super::ids(&first);
    assert_eq!(
        (shown.len(), shown[0], shown[199], shown[200], shown[299]),
        (300, "s00000", "s00199", "s01000", "s01099")
    );
    assert_holds(
        &first,
        &[
            "1,000 of 40,000 sources are sick.",
            "Sick sources <small>1–200 / 1,000</small>",
            "<a href=\"?state=sick\">Show all sick sources</a>",
            "Other sources <small>1–100 / 39,000</small>",
            "<span>Page 1 of 390</span> <a rel=\"next\" href=\"?page=2\">",
        ],
    );
    assert!(first.len() < 600_000, "{}", first.len());
    let table = [
        ("page=2", 100, "s01100", "s01199"),
        ("page=390", 100, "s39900", "s39999"),
        ("page=999999999", 100, "s39900", "s39999"),
        ("state=sick&page=10", 100, "s00900", "s00999"),
        ("state=unreachable&page=11", 100, "s00900", "s00999"),
        ("state=ok&q=s0100", 10, "s01000", "s01009"),
    ];
    for (query, count, one, last) in table {
        let html = english(&site, query);
        let shown = super::ids(&html);
        assert_eq!((shown.len(), shown[0], shown[shown.len() - 1]), (count, one, last), "{query}");
    }
}
