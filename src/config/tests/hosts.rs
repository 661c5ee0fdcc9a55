//! What feeds inherit of the tables of hosts: which goes before which, and how hosts are spelt.

use super::*;

/// The one source of a file with this head and its keys.
fn source(head: &str, url: &str, own: &str) -> Arc<Source> {
    let feed = feed(own).replace("https://a.vn/rss", url);
    Arc::clone(&good(&format!("{head}\n{feed}")).sources[0])
}

#[test]
fn the_feed_goes_before_the_port_the_port_before_the_host_and_the_host_before_the_defaults() {
    let levels = [
        "[defaults]\nhost_delay = \"1s\"",
        // In this order: what inherits may stand before what it inherits of.
        "[hosts.\"a.vn:8443\"]\nhost_delay = \"3s\"",
        "[hosts.\"a.vn\"]\nhost_delay = \"2s\"",
        "host_delay = \"4s\"",
    ];
    let [defaults, port, host, own] = levels;
    let (here, there) = ("https://a.vn:8443/rss", "https://a.vn/rss");
    let cases = [
        ("", here, "", 2000),
        (defaults, here, "", 1000),
        (&[defaults, host].join("\n"), here, "", 2000),
        (&[host, defaults].join("\n"), there, "", 2000),
        (&[defaults, port, host].join("\n"), here, "", 3000),
        (&[defaults, port, host].join("\n"), there, "", 2000),
        (&[defaults, port].join("\n"), there, "", 1000),
        (&[defaults, port, host].join("\n"), here, own, 4000),
        (&[defaults, port, host].join("\n"), "https://b.a.vn:8443/rss", "", 1000),
    ];
    for (head, url, own, delay) in cases {
        let pace = source(head, url, own).pace;
        assert_eq!(pace.host_delay, Duration::from_millis(delay), "{head} {url} {own}");
    }
}

#[test]
fn each_level_says_what_it_says_and_no_more() {
    let head = "[defaults]\ntimezone = \"Asia/Bangkok\"\nproxy = \"http://proxy.vn\"\n\
        [hosts.\"a.vn\"]\nuser_agent = \"A\"\ninterval = \"1h\"\ntotal_timeout = \"5s\"\n\
        [hosts.\"a.vn:443\"]\nhttp = \"1.1\"\nproxy = \"none\"\nmax_body = 2048\n";
    let source = source(head, "https://a.vn/rss", "cookie_challenge = true\nconnect_timeout = \"7s\"");
    assert_eq!(source.timezone.name(), "Asia/Bangkok");
    assert_eq!(source.pace.interval, Some(Duration::from_hours(1)));
    let [five, seven] = [5, 7].map(Duration::from_secs);
    let limits = Limits { max_body: 2048, connect_timeout: seven, idle_timeout: five, total_timeout: seven };
    assert_eq!(source.limits, limits);
    let access = &source.access;
    assert!(access.http1_only && access.cookie_challenge && access.proxy.is_none());
    assert_eq!(access.user_agent.as_deref(), Some("A"));
}

#[test]
fn headers_and_rewrites_are_merged_from_level_to_level() {
    let head = "[defaults]\nheaders = { X-A = \"1\", X-B = \"1\", X-C = \"1\" }\n\
        rewrite_host = { \"x.vn\" = \"1.vn\", \"y.vn\" = \"1.vn\" }\n\
        [hosts.\"a.vn\"]\nheaders = { x-a = \"\", X-B = \"2\" }\n\
        rewrite_host = { \"x.vn\" = \"\", \"z.vn\" = \"2.vn\" }\n\
        [hosts.\"a.vn:443\"]\nheaders = { X-D = \"3\" }\n";
    let own = "headers = { X-C = \"\", X-D = \"4\" }\nrewrite_host = { \"y.vn\" = \"4.vn\" }";
    let source = source(head, "https://a.vn/rss", own);
    let headers = source.access.headers.iter().map(|(name, value)| (name.as_str(), value.reveal()));
    assert_eq!(headers.collect::<Vec<_>>(), [("X-B", "2"), ("X-D", "4")]);
    let rewrites = source.rewrite_host.iter().map(|(old, new)| (old.as_str(), new.as_str()));
    assert_eq!(rewrites.collect::<Vec<_>>(), [("y.vn", "4.vn"), ("z.vn", "2.vn")]);
}

#[test]
fn hosts_are_compared_however_they_are_spelt() {
    let cases = [
        ("a.vn", "https://a.vn/rss", true),
        ("A.VN.", "http://a.vn:81/rss", true),
        ("a.vn", "https://A.vn./rss", true),
        ("a.vn:443", "https://a.vn/rss", true),
        ("a.vn:0443", "https://a.vn:443/rss", true),
        ("a.vn.:80", "http://a.vn/rss", true),
        ("b\u{e1}o.vn", "https://xn--bo-mia.vn/rss", true),
        ("XN--BO-MIA.vn", "https://BA\u{301}O.vn/rss", true),
        ("127.0.0.1:8080", "http://0x7f.1:8080/rss", true),
        ("[::1]", "http://[0:0::1]:81/rss", true),
        ("[0::1]:81", "http://[::1]:81/rss", true),
        ("a.vn:443", "http://a.vn/rss", false),
        ("a.vn:80", "https://a.vn/rss", false),
        ("a.vn", "https://www.a.vn/rss", false),
        ("www.a.vn", "https://a.vn/rss", false),
        ("[::1]:80", "http://[::1]:81/rss", false),
    ];
    for (name, url, is_there) in cases {
        let head = format!("[hosts.\"{name}\"]\nhost_delay = \"5s\"");
        let delay = Duration::from_secs(if is_there { 5 } else { 2 });
        assert_eq!(source(&head, url, "").pace.host_delay, delay, "{name} {url}");
    }
}

#[test]
fn feeds_at_one_host_share_what_they_inherit() {
    let head = "[hosts.\"a.vn\"]\nheaders = { X-A = \"1\" }\nrewrite_host = { \"b.vn\" = \"c.vn\" }\n";
    let other = feed("").replace("bao-a", "bao-b").replace("/rss", "/tin");
    let config = good(&format!("{head}{}{other}", feed("")));
    let [one, other] = [0, 1].map(|index: usize| &config.sources[index]);
    assert_eq!(one.access.headers.len(), 1);
    assert!(Arc::ptr_eq(&one.access.headers, &other.access.headers));
    assert!(Arc::ptr_eq(&one.rewrite_host, &other.rewrite_host));
}

#[test]
fn hosts_that_no_feed_is_at_are_known_as_they_are_written() {
    let names = ["D.vn", "a.vn", "a.vn:443", "a.vn:80", "b\u{e1}o.vn", "c.vn"];
    let head = names.map(|name| format!("[hosts.\"{name}\"]\n")).concat();
    let resting = feed("enabled = false").replace("bao-a", "bao-c").replace("a.vn", "c.vn");
    let config = good(&format!("{head}{}{resting}", feed("")));
    assert_eq!(config.hosts_without_feeds, ["D.vn", "a.vn:80", "b\u{e1}o.vn"]);
    assert_eq!(good("").hosts_without_feeds, [] as [&str; 0]);
}

#[test]
fn too_many_hosts_are_one_problem() {
    let tables = |most: usize| {
        (0..most).fold(String::new(), |text, number| text + &format!("[hosts.\"{number}.vn\"]\n"))
    };
    assert_eq!(good(&tables(10_000)).hosts_without_feeds.len(), 10_000);
    let expected = "line 1: `hosts` holds 10001 tables, but may hold 10000: take some out";
    assert_eq!(told(&tables(10_001)), [expected]);
}
